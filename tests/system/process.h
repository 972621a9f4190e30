/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program as a child of the test, seen as an operator sees it: its lines, its signals, its exit status.
 * System tests. What it writes goes to files, so that it never waits for the test to read. It is killed with the
 * test's process, whatever ends that. A wait that gets nothing fails the test, and tells what the program said.
 */
#ifndef CLAIMD_TESTS_SYSTEM_PROCESS_H
#define CLAIMD_TESTS_SYSTEM_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The end of a wait that begins now, for process_patience_is_over(). */
int64_t process_patience(void);
bool process_patience_is_over(int64_t end);

struct process {
	pid_t pid;
	int pidfd;    /* becomes readable when it ends; -1: it has been waited for */
	int watch;    /* tells when it has written */
	char *files[2]; /* of its standard output and standard error */
	size_t taken; /* of its standard error, by process_await_line() */
	char *text;   /* what was last returned */
};

struct process_plan {
	const char *const *argv;        /* ends with NULL; a program without '/' is the built one of that name */
	const char *const *environment; /* NAME=VALUE to add, ends with NULL; NULL: none */
	int socket;                     /* passed as systemd passes a socket named "claimd"; 0: none */
	void (*enter)(void *cls);       /* what the child does last before it becomes the program; NULL: nothing */
	void *enter_cls;
};

void process_start_as(struct process *process, const struct process_plan *plan);
void process_start(struct process *process, const char *const *argv);

/* Whether it runs still. */
bool process_is_alive(const struct process *process);

/* The first line of its standard error behind the last one that was awaited so which holds TEXT. Good until the next
 * call. process_await_output() does the same for its standard output, but always from the beginning. */
const char *process_await_line(struct process *process, const char *text);
const char *process_await_output(struct process *process, const char *text);

/* All that it has written to standard output or standard error. Good until the next call. */
const char *process_output(struct process *process);
const char *process_errors(struct process *process);

void process_signal(const struct process *process, int signal);

/* Waits for its end; returns the exit status, and fails the test when a signal ended it. */
int process_wait(struct process *process);

/* SIGKILL, and waits. */
void process_kill(struct process *process);

/* Waits for its end, and fails the test when it is not SIGNAL that ends it. */
void process_await_signal(struct process *process, int signal);

/* Waits a little, or until it has ended or written: the pause of a loop that looks at something else. */
void process_pause(struct process *process, int ms);

/* A number of its /proc/PID/status, and how many files it has open. */
long process_status(const struct process *process, const char *name);
size_t process_files(const struct process *process);

/* Kills it if it runs still, and frees what it holds; nothing for one that was never started. */
void process_done(struct process *process);

/* Runs it to its end; returns its exit status. */
int process_run(struct process *process, const char *const *argv);

#endif
