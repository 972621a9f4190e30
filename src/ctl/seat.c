/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal taken over and given back, and the signals as a file to wait for beside it.
 * Ctl layer.
 */
#include "ctl/seat.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/err.h"

/* xterm's, which all terminals of today have: the alternate screen, and the cursor. */
#define SCREEN_ENTER "\033[?1049h\033[?25l"
#define SCREEN_LEAVE "\033[?25h\033[?1049l"

/* Of a terminal that does not tell its size. */
#define ROWS_DEFAULT 24
#define COLUMNS_DEFAULT 80

struct own_seat {
	struct seat seat;
	FILE *out;
	bool screen;
	int keys;             /* the terminal that keys are read from; -1: none */
	struct termios lines; /* how it was before */
	int signals;
	sigset_t mask;        /* what was blocked before */
};

static const int stopping[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
static const int of_screens[] = { SIGWINCH, SIGTSTP };

/* --- The screen ---------------------------------------------------------------------------------------------------- */

static void enter_screen(const struct own_seat *own)
{
	struct termios keys = own->lines;

	if (!own->screen)
		return;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	keys.c_cc[VMIN] = 1;
	keys.c_cc[VTIME] = 0;
	if (own->keys >= 0)
		tcsetattr(own->keys, TCSADRAIN, &keys);
	fputs(SCREEN_ENTER, own->out);
	fflush(own->out);
}

/* Keys that were pressed meanwhile were not meant for the shell. */
static void leave_screen(const struct own_seat *own)
{
	if (!own->screen)
		return;
	fputs(SCREEN_LEAVE, own->out);
	fflush(own->out);
	if (own->keys >= 0)
		tcsetattr(own->keys, TCSAFLUSH, &own->lines);
}

static void suspend(const struct own_seat *own)
{
	leave_screen(own);
	raise(SIGSTOP);
	enter_screen(own);
}

static struct seat_size get_size(void *cls)
{
	const struct own_seat *own = cls;
	struct winsize size;

	if (ioctl(fileno(own->out), TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0)
		return (struct seat_size){ ROWS_DEFAULT, COLUMNS_DEFAULT };
	return (struct seat_size){ size.ws_row, size.ws_col };
}

/* --- Waiting ------------------------------------------------------------------------------------------------------- */

static enum wake take_signal(const struct own_seat *own)
{
	struct signalfd_siginfo info;

	if (read(own->signals, &info, sizeof(info)) != sizeof(info))
		return WAKE_TIME;
	switch (info.ssi_signo) {
	case SIGTSTP:
		suspend(own);
		return WAKE_SIZE;
	case SIGWINCH:
		return WAKE_SIZE;
	default:
		return WAKE_STOP;
	}
}

/* A terminal that is gone has nobody before it. */
static enum wake take_keys(const struct own_seat *own)
{
	char keys[64];
	ssize_t n = read(own->keys, keys, sizeof(keys));

	return n <= 0 || memchr(keys, 'q', (size_t)n) ? WAKE_STOP : WAKE_TIME;
}

static enum wake wait_own(void *cls, int ms)
{
	enum { SIGNALS, KEYS, OUT };
	const struct own_seat *own = cls;
	struct pollfd fds[] = {
		[SIGNALS] = { .fd = own->signals, .events = POLLIN },
		[KEYS] = { .fd = own->keys, .events = POLLIN },
		[OUT] = { .fd = fileno(own->out) },
	};

	if (poll(fds, ARRAY_SIZE(fds), ms) <= 0)
		return WAKE_TIME;
	if (fds[OUT].revents)
		return WAKE_STOP;
	return fds[SIGNALS].revents ? take_signal(own) : take_keys(own);
}

/* --- Taken and left ------------------------------------------------------------------------------------------------ */

static int take_signals(struct own_seat *own)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(stopping); i++)
		sigaddset(&set, stopping[i]);
	for (size_t i = 0; own->screen && i < ARRAY_SIZE(of_screens); i++)
		sigaddset(&set, of_screens[i]);
	own->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (own->signals < 0)
		return err_from_errno(errno);
	sigprocmask(SIG_BLOCK, &set, &own->mask);
	return ERR_OK;
}

int seat_take(FILE *out, bool screen, struct own_seat **ret)
{
	struct own_seat *own = calloc(1, sizeof(*own));

	if (!own)
		return ERR_NOMEM;
	own->seat = (struct seat){ .wait = wait_own, .size = get_size, .cls = own };
	own->out = out;
	own->screen = screen;
	own->keys = screen && tcgetattr(STDIN_FILENO, &own->lines) == 0 ? STDIN_FILENO : -1;
	int r = take_signals(own);

	if (r < 0) {
		free(own);
		return r;
	}
	enter_screen(own);
	*ret = own;
	return ERR_OK;
}

struct own_seat *seat_leave(struct own_seat *own)
{
	if (!own)
		return NULL;
	leave_screen(own);
	sigprocmask(SIG_SETMASK, &own->mask, NULL);
	close(own->signals);
	free(own);
	return NULL;
}

const struct seat *seat_of(const struct own_seat *own)
{
	return &own->seat;
}
