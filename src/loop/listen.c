/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listening sockets: see listen.h.
 * Loop layer: opens them, never accepts from them.
 */
#include "loop/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"

/* A reverse proxy runs as another user of our group. */
#define UNIX_SOCKET_MODE 0660

static void fd_cleanup(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int error_from(int errnum)
{
	switch (errnum) {
	case EADDRINUSE:
		return ERR_BUSY;
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_REFUSED;
	}
	return ERR_IO;
}

const char *listen_error_text(int error)
{
	switch (error) {
	case ERR_BUSY:
		return "the address is taken by another program";
	case ERR_NOT_FOUND:
		return "this machine has no such address; of a Unix socket, the folder must be there";
	case ERR_REFUSED:
		return "this user may not; a port below 1024 is for root or for systemd to pass, and of a Unix socket the folder "
		       "must be this user's to write to";
	}
	return err_text(error);
}

static int bind_inet(int fd, const struct address *address)
{
	const int on = 1;

	/* Without it a restart would have to wait for the last connections' TIME_WAIT. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
		return ERR_IO;
	/* [::] means IPv6 alone, whatever net.ipv6.bindv6only says. */
	if (address->sa.ss_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
		return ERR_IO;
	if (bind(fd, (const struct sockaddr *)&address->sa, address->len) < 0)
		return error_from(errno);
	return 0;
}

/* Whether the address is a socket's file that a dead process left behind. */
static bool is_stale(const struct address *address)
{
	const struct sockaddr_un *sun = (const struct sockaddr_un *)&address->sa;
	struct stat st;

	if (lstat(sun->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return false;
	CLEANUP(fd_cleanup) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	return connect(fd, (const struct sockaddr *)sun, address->len) < 0 && errno == ECONNREFUSED;
}

static int bind_unix(int fd, const struct address *address)
{
	const struct sockaddr_un *sun = (const struct sockaddr_un *)&address->sa;
	int r = bind(fd, (const struct sockaddr *)sun, address->len);

	if (r < 0 && errno == EADDRINUSE && is_stale(address)) {
		if (unlink(sun->sun_path) < 0)
			return error_from(errno);
		r = bind(fd, (const struct sockaddr *)sun, address->len);
	}
	if (r < 0)
		return error_from(errno);
	/* In time: nobody can connect before listen(). */
	return chmod(sun->sun_path, UNIX_SOCKET_MODE) < 0 ? ERR_IO : 0;
}

int listen_open(const char *text, int *ret_fd, char ret_actual[static ADDRESS_SIZE])
{
	struct address address;
	struct sockaddr_storage bound = { 0 };
	socklen_t len = sizeof bound;

	int r = address_parse(text, &address, NULL);
	if (r < 0)
		return r;
	CLEANUP(fd_cleanup) int fd = socket(address.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_from(errno);
	r = address.sa.ss_family == AF_UNIX ? bind_unix(fd, &address) : bind_inet(fd, &address);
	if (r < 0)
		return r;
	/* Two sockets may be bound to one port with SO_REUSEADDR; only one of them may listen. */
	if (listen(fd, SOMAXCONN) < 0)
		return error_from(errno);
	if (getsockname(fd, (struct sockaddr *)&bound, &len) < 0)
		return ERR_IO;

	address_format((const struct sockaddr *)&bound, len, ret_actual, ADDRESS_SIZE);
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static void free_names(char ***names)
{
	for (char **name = *names; name && *name; name++)
		free(*name);
	free(*names);
}

int listen_passed(const char *name, int *ret_fd)
{
	CLEANUP(free_names) char **names = NULL;
	int n = sd_listen_fds_with_names(0, &names);

	for (int i = 0; i < n; i++) {
		int fd = SD_LISTEN_FDS_START + i;

		if (strcmp(names[i], name) != 0)
			continue;
		if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
			return ERR_INVALID;
		int flags = fcntl(fd, F_GETFL);
		if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
			return ERR_IO;
		*ret_fd = fd;
		return 0;
	}
	return ERR_NOT_FOUND;
}
