/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libcurl over a Unix socket, and what its failures mean to an operator.
 * Ctl layer.
 */
#include "ctl/door.h"

#include <curl/curl.h>
#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/err.h"

/* The name stands in the Host header alone: a socket has no other. */
#define DOOR_URL "http://claimd/actions"
/* The daemon waits for a lock of the database for 3 seconds at most. */
#define DOOR_TIMEOUT_MS 15000L
/* An answer is a few ids or a sentence. */
#define DOOR_ANSWER_BYTES ((size_t)64 * 1024)

#define STATUS_RECORDED 202
#define STATUS_BUSY 503

/* One request. */
struct knock {
	const char *path;
	CURL *easy;
	struct curl_slist *headers;
	struct buf answer;
	char error[CURL_ERROR_SIZE];
	struct door_trouble *trouble;
};

DEFINE_CLEANUP(text, char *, free)

ATTR_PRINTF(3, 4) static int fail(const struct knock *knock, int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(knock->trouble->text, sizeof(knock->trouble->text), fmt, args);
	va_end(args);
	return status;
}

static void knock_done(struct knock *knock)
{
	curl_easy_cleanup(knock->easy);
	curl_slist_free_all(knock->headers);
	buf_done(&knock->answer);
}

static size_t on_answer(char *bytes, size_t size, size_t n, void *cls)
{
	struct buf *answer = cls;

	return buf_add(answer, bytes, size * n) < 0 ? 0 : size * n;
}

static bool prepare(struct knock *knock, const char *body)
{
	bool failed = false;

	knock->answer.cap = DOOR_ANSWER_BYTES;
	knock->easy = curl_easy_init();
	knock->headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (!knock->easy || !knock->headers)
		return false;
	failed |= curl_easy_setopt(knock->easy, CURLOPT_UNIX_SOCKET_PATH, knock->path);
	failed |= curl_easy_setopt(knock->easy, CURLOPT_URL, DOOR_URL);
	failed |= curl_easy_setopt(knock->easy, CURLOPT_POSTFIELDS, body);
	failed |= curl_easy_setopt(knock->easy, CURLOPT_HTTPHEADER, knock->headers);
	failed |= curl_easy_setopt(knock->easy, CURLOPT_TIMEOUT_MS, DOOR_TIMEOUT_MS);
	failed |= curl_easy_setopt(knock->easy, CURLOPT_WRITEFUNCTION, on_answer);
	failed |= curl_easy_setopt(knock->easy, CURLOPT_WRITEDATA, &knock->answer);
	failed |= curl_easy_setopt(knock->easy, CURLOPT_ERRORBUFFER, knock->error);
	failed |= curl_easy_setopt(knock->easy, CURLOPT_USERAGENT, "claimctl/" VERSION);
	return !failed;
}

/* The file's own group and mode say who may come in. */
static int fail_permission(const struct knock *knock)
{
	struct stat status;

	if (stat(knock->path, &status) < 0)
		return fail(knock, EX_NOPERM, "%s can't be reached: its folder is closed to this user", knock->path);
	const struct group *group = getgrgid(status.st_gid);

	if (group)
		return fail(knock, EX_NOPERM, "%s is for its owner and the group %s (mode %04o): be root, or become a member", knock->path,
		            group->gr_name, status.st_mode & 07777);
	return fail(knock, EX_NOPERM, "%s is for its owner and the group %u (mode %04o): be root, or become a member", knock->path,
	            status.st_gid, status.st_mode & 07777);
}

/* What is not known to have failed before it was sent may have been recorded. */
static int fail_transport(const struct knock *knock, CURLcode code)
{
	long errnum = 0;

	if (code != CURLE_COULDNT_CONNECT)
		return fail(knock, EX_TEMPFAIL, "claimd gave no answer (%s): \"claimctl actions\" shows whether it was recorded",
		            knock->error[0] ? knock->error : curl_easy_strerror(code));
	(void)curl_easy_getinfo(knock->easy, CURLINFO_OS_ERRNO, &errnum);
	if (errnum == EACCES || errnum == EPERM)
		return fail_permission(knock);
	return fail(knock, EX_UNAVAILABLE, "claimd is not running or its control socket %s can't be reached: %s", knock->path,
	            errnum ? strerror((int)errnum) : knock->error);
}

static const struct {
	const char *code;
	int status;
	const char *advice;
} faults[] = {
	{ "bad_request", EX_USAGE, "" },
	{ "ambiguous", EX_USAGE, ", with --source NAME" },
	{ "not_found", EX_NOINPUT, "" },
	{ "forbidden", EX_NOPERM, "" },
	{ "try_later", EX_TEMPFAIL, "" },
};

static int fail_refused(const struct knock *knock, const struct wire_acts *acts)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		if (strcmp(faults[i].code, acts->code) == 0)
			return fail(knock, faults[i].status, "%s%s", acts->message, faults[i].advice);
	return fail(knock, EX_SOFTWARE, "claimd refused the request as %s: %s", acts->code, acts->message);
}

static int take_answer(const struct knock *knock, struct wire_acts *ret)
{
	CLEANUP(wire_acts_done) struct wire_acts acts = { 0 };
	long status = 0;

	(void)curl_easy_getinfo(knock->easy, CURLINFO_RESPONSE_CODE, &status);
	/* Where too many ask at a time, nobody reads what they ask, and the answer is empty. */
	if (status == STATUS_BUSY && knock->answer.len == 0)
		return fail(knock, EX_TEMPFAIL, "claimd at %s is asked for too much at a time: try again in a few seconds", knock->path);
	if (wire_acts_parse(knock->answer.data, knock->answer.len, &acts) < 0)
		return fail(knock, status == STATUS_RECORDED ? EX_TEMPFAIL : EX_SOFTWARE,
		            "what answers at %s with status %ld does not speak as claimd does", knock->path, status);
	if (acts.n == 0)
		return fail_refused(knock, &acts);
	*ret = acts;
	acts = (struct wire_acts){ 0 };
	return EX_OK;
}

int door_ask(const char *path, const struct wire_act *act, struct wire_acts *ret, struct door_trouble *ret_trouble)
{
	CLEANUP(knock_done) struct knock knock = { .path = path, .trouble = ret_trouble };
	CLEANUP(text_cleanup) char *body = NULL;

	if (wire_act_encode(act, &body) < 0 || !prepare(&knock, body))
		return fail(&knock, EX_TEMPFAIL, "%s", err_text(ERR_NOMEM));
	CURLcode code = curl_easy_perform(knock.easy);

	return code == CURLE_OK ? take_answer(&knock, ret) : fail_transport(&knock, code);
}
