/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Socket addresses, to and from text: "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock".
 * Base layer, pure: numeric addresses only, so that nothing here ever asks a name server; opens no socket.
 */
#ifndef CLAIMD_BASE_ADDRESS_H
#define CLAIMD_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* "unix:", a path of at most 107 bytes, and the NUL; the others are shorter. */
#define ADDRESS_SIZE 128

struct address {
	struct sockaddr_storage sa;
	socklen_t len; /* as bind() wants it */
};

/* Reads ADDR:PORT, [ADDR6]:PORT (both numeric; port 0 lets the system choose) or unix:/absolute/path of at most 107
 * bytes. ERR_INVALID; RET_WHY (may be NULL) then gets a static phrase that says what is wrong and what would be
 * right. */
int address_parse(const char *text, struct address *ret, const char **ret_why);

/* Writes SA in the form that address_parse() reads; "-" for a family that it does not know, an unnamed Unix socket,
 * or too small a SIZE. */
void address_format(const struct sockaddr *sa, socklen_t len, char *ret, size_t size);

/* Whether both name the same thing. Port 0 equals nothing, since the system chooses it anew for each socket. */
bool address_is_same(const struct address *a, const struct address *b);

#endif
