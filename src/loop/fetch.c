/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * curl's multi handle on the event loop: see fetch.h.
 * Loop layer. curl tells which sockets and which timer it wants; we tell it when they are ready. Results are given from a task of the
 * loop, one a turn, so that a callback may start, cancel and free whatever it likes.
 */
#include "loop/fetch.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"

/* 9999-12-31T23:59:59Z. curl takes years up to 2^31, which don't fit into microseconds. */
#define DATE_MAX_S INT64_C(253402300799)

/* Room for "Sun, 06 Nov 1994 08:49:37 GMT" and its variants. */
#define DATE_TEXT_SIZE 64

struct fetcher {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer;
	struct loop_task *drain;
	struct fetch *fetches;
};

struct fetch {
	struct fetcher *fetcher;
	CURL *easy;
	struct curl_slist *headers; /* may hold credentials: wiped */
	struct buf body;
	bool is_once;
	bool has_begun;     /* the request has been given to a connection */
	bool is_head_whole; /* curl takes an answer that ends in its head for one with an empty body */
	bool is_too_large;
	bool status_alone;
	struct wall date;
	char *until_header;
	struct wall until;
	char error[CURL_ERROR_SIZE];
	fetch_fn fn;
	void *cls;
	struct fetch *prev, *next;
};

static void tell_curl(struct fetcher *fetcher, curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(fetcher->multi, fd, events, &running);
	loop_task_post(fetcher->drain);
}

static int on_socket_ready(sd_event_source *source, int fd, uint32_t revents, void *cls)
{
	int events = 0;

	(void)source;
	if (revents & (EPOLLIN | EPOLLHUP))
		events |= CURL_CSELECT_IN;
	if (revents & EPOLLOUT)
		events |= CURL_CSELECT_OUT;
	if (revents & EPOLLERR)
		events |= CURL_CSELECT_ERR;
	tell_curl(cls, fd, events);
	return 0;
}

static void on_timer(void *cls)
{
	tell_curl(cls, CURL_SOCKET_TIMEOUT, 0);
}

static uint32_t events_wanted(int what)
{
	switch (what) {
	case CURL_POLL_IN:
		return EPOLLIN;
	case CURL_POLL_OUT:
		return EPOLLOUT;
	case CURL_POLL_INOUT:
		return EPOLLIN | EPOLLOUT;
	default:
		return 0;
	}
}

/* curl wants FD watched for WHAT. SOCKETP is our event source for it, NULL at first. */
static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *cls, void *socketp)
{
	struct fetcher *fetcher = cls;
	sd_event_source *source = socketp;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		sd_event_source_disable_unref(source);
		curl_multi_assign(fetcher->multi, fd, NULL);
		return 0;
	}
	if (source)
		return sd_event_source_set_io_events(source, events_wanted(what)) < 0 ? -1 : 0;
	if (sd_event_add_io(loop_event(fetcher->loop), &source, fd, events_wanted(what), on_socket_ready, fetcher) < 0)
		return -1;
	curl_multi_assign(fetcher->multi, fd, source);
	return 0;
}

/* Only sets the timer: curl may not be called from here. */
static int on_timer_wanted(CURLM *multi, long timeout_ms, void *cls)
{
	struct fetcher *fetcher = cls;

	(void)multi;
	if (timeout_ms < 0)
		loop_timer_unset(fetcher->timer);
	else
		loop_timer_after(fetcher->timer, timeout_ms * USEC_PER_MS);
	return 0;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *cls)
{
	struct fetch *fetch = cls;
	int r = buf_add(&fetch->body, bytes, size * n);

	if (r == ERR_FULL)
		fetch->is_too_large = true;
	/* Anything but the full length makes curl give up. */
	return r < 0 ? 0 : size * n;
}

static struct wall parse_date(const char *bytes, size_t len)
{
	char text[DATE_TEXT_SIZE];

	if (len >= sizeof text)
		return WALL_NONE;
	memcpy(text, bytes, len);
	text[len] = '\0';
	/* The day of the week before a date says nothing more, and may be wrong, or no English. */
	size_t comma = strcspn(text, ",0123456789");
	int64_t seconds = curl_getdate(text[comma] == ',' ? text + comma + 1 : text, NULL);
	return seconds < 0 || seconds > DATE_MAX_S ? WALL_NONE : (struct wall){ seconds * USEC_PER_SEC };
}

static bool begins_with(const char *bytes, size_t len, const char *prefix)
{
	return len >= strlen(prefix) && strncasecmp(bytes, prefix, strlen(prefix)) == 0;
}

/* Reads the date of a header line of that NAME; leaves *RET alone for one of another name. */
static void take_date(const char *bytes, size_t len, const char *name, struct wall *ret)
{
	size_t name_len = strlen(name);

	if (begins_with(bytes, len, name) && len > name_len && bytes[name_len] == ':')
		*ret = parse_date(bytes + name_len + 1, len - name_len - 1);
}

/* One line of a head; a request can have several: "100 Continue" before the answer proper. */
static size_t on_header(char *bytes, size_t size, size_t n, void *cls)
{
	struct fetch *fetch = cls;
	size_t len = size * n;

	if (begins_with(bytes, len, "HTTP/"))
		fetch->is_head_whole = false;
	else if (begins_with(bytes, len, "\r\n") || begins_with(bytes, len, "\n"))
		fetch->is_head_whole = true;
	take_date(bytes, len, "Date", &fetch->date);
	if (fetch->until_header)
		take_date(bytes, len, fetch->until_header, &fetch->until);
	return len;
}

/* There is a connection, and nothing of the request has been written to it. curl comes here again before it repeats a request,
 * for whatever reason. */
static int on_begin(void *cls, char *peer, char *own, int peer_port, int own_port)
{
	struct fetch *fetch = cls;
	bool is_repeat = fetch->has_begun;

	(void)peer;
	(void)own;
	(void)peer_port;
	(void)own_port;
	fetch->has_begun = true;
	return is_repeat && fetch->is_once ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static int64_t retry_after(CURL *easy)
{
	curl_off_t seconds = 0;

	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds <= 0)
		return -1;
	return seconds < FETCH_PAUSE_MAX_S ? seconds : FETCH_PAUSE_MAX_S;
}

static unsigned status_of(const struct fetch *fetch)
{
	long status = 0;

	curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
	return (unsigned)status;
}

/* The head of an answer is there, and nobody wants more; what comes before an answer, such as "100 Continue", is none. */
static bool is_enough(const struct fetch *fetch)
{
	return fetch->status_alone && fetch->is_head_whole && status_of(fetch) >= 200;
}

static enum fetch_end end_of(const struct fetch *fetch, CURLcode code, const char **ret_reason)
{
	if (is_enough(fetch))
		return FETCH_ANSWERED;
	if (fetch->is_too_large) {
		*ret_reason = "the answer is larger than allowed";
		return FETCH_TOO_LARGE;
	}
	if (code != CURLE_OK) {
		*ret_reason = fetch->error[0] ? fetch->error : curl_easy_strerror(code);
		return FETCH_FAILED;
	}
	if (!fetch->is_head_whole) {
		*ret_reason = "the answer ends in its head";
		return FETCH_FAILED;
	}
	return FETCH_ANSWERED;
}

static struct fetch_result result_of(const struct fetch *fetch, CURLcode code)
{
	struct fetch_result result = {
		.body = fetch->body.data ? fetch->body.data : "",
		.body_len = fetch->body.len,
		.retry_after_s = -1,
		.date = fetch->date,
		.until = fetch->until,
		.unsent = !fetch->has_begun,
	};

	result.end = end_of(fetch, code, &result.reason);
	if (result.end == FETCH_ANSWERED) {
		result.status = status_of(fetch);
		result.retry_after_s = retry_after(fetch->easy);
	}
	return result;
}

/* Takes it from curl and from the fetcher's list. */
static void fetch_detach(struct fetch *fetch)
{
	struct fetcher *fetcher = fetch->fetcher;

	curl_multi_remove_handle(fetcher->multi, fetch->easy);
	if (fetch->next)
		fetch->next->prev = fetch->prev;
	if (fetch->prev)
		fetch->prev->next = fetch->next;
	else
		fetcher->fetches = fetch->next;
}

static void fetch_free(struct fetch *fetch)
{
	curl_easy_cleanup(fetch->easy);
	for (struct curl_slist *header = fetch->headers; header; header = header->next)
		explicit_bzero(header->data, strlen(header->data));
	curl_slist_free_all(fetch->headers);
	free(fetch->until_header);
	buf_done(&fetch->body);
	free(fetch);
}

static void drain_one(void *cls)
{
	struct fetcher *fetcher = cls;
	struct fetch *fetch = NULL;
	int n_left;
	CURLMsg *message = curl_multi_info_read(fetcher->multi, &n_left);

	if (!message)
		return;
	CURLcode code = message->data.result;
	curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &fetch);
	fetch_detach(fetch);
	/* Others may have ended too. Posted first: after the callback the fetcher may be gone. */
	loop_task_post(fetcher->drain);

	struct fetch_result result = result_of(fetch, code);
	fetch->fn(&result, fetch->cls);
	fetch_free(fetch);
}

static int fetcher_start(struct fetcher *fetcher)
{
	int r = loop_timer_new(fetcher->loop, on_timer, fetcher, &fetcher->timer);

	if (r == 0)
		r = loop_task_new(fetcher->loop, drain_one, fetcher, &fetcher->drain);
	if (r < 0)
		return r;
	fetcher->multi = curl_multi_init();
	if (!fetcher->multi)
		return ERR_NOMEM;
	curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETDATA, fetcher);
	curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERDATA, fetcher);
	return 0;
}

int fetcher_new(struct loop *loop, struct fetcher **ret)
{
	struct fetcher *fetcher = calloc(1, sizeof *fetcher);

	if (!fetcher)
		return ERR_NOMEM;
	fetcher->loop = loop;
	/* curl counts these, so that several fetchers don't disturb each other. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(fetcher);
		return ERR_NOMEM;
	}
	int r = fetcher_start(fetcher);
	if (r < 0) {
		fetcher_free(fetcher);
		return r;
	}
	*ret = fetcher;
	return 0;
}

struct fetcher *fetcher_free(struct fetcher *fetcher)
{
	if (!fetcher)
		return NULL;
	while (fetcher->fetches)
		fetch_cancel(fetcher->fetches);
	/* Closes the kept connections, and calls us for their sockets and for the timer. */
	curl_multi_cleanup(fetcher->multi);
	loop_timer_free(fetcher->timer);
	loop_task_free(fetcher->drain);
	curl_global_cleanup();
	free(fetcher);
	return NULL;
}

/* How this program speaks to anybody. */
static bool set_manners(CURL *easy)
{
	unsigned failed = 0;

	failed |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	failed |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	failed |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	failed |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	failed |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	failed |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	failed |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	failed |= curl_easy_setopt(easy, CURLOPT_USERAGENT, "claimd/" VERSION);
	/* The date of a proxy is not the upstream's. */
	failed |= curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	return !failed;
}

static bool add_header(struct curl_slist **list, const char *header)
{
	struct curl_slist *longer = curl_slist_append(*list, header);

	if (longer)
		*list = longer;
	return longer;
}

static bool set_headers(struct fetch *fetch, const struct fetch_request *request)
{
	const char *const *headers = request->headers;
	/* Waiting for "100 Continue" costs a round trip, or a second where the peer doesn't know it. */
	bool ok = add_header(&fetch->headers, "Expect:");

	/* curl would call no body at all a form. */
	if (ok && !request->body)
		ok = add_header(&fetch->headers, "Content-Type:");
	for (; ok && headers && *headers; headers++)
		ok = add_header(&fetch->headers, *headers);
	return ok && curl_easy_setopt(fetch->easy, CURLOPT_HTTPHEADER, fetch->headers) == CURLE_OK;
}

static long ms_from_us(int64_t us)
{
	/* Rounded up: zero would be no limit at all. */
	return (long)((us + USEC_PER_MS - 1) / USEC_PER_MS);
}

static bool set_body(CURL *easy, const struct fetch_request *request)
{
	curl_off_t len = request->body ? (curl_off_t)request->body_len : 0;
	unsigned failed = 0;

	failed |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
	failed |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, len);
	failed |= curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body ? request->body : "");
	return !failed;
}

static bool set_method(CURL *easy, const struct fetch_request *request)
{
	switch (request->method) {
	case FETCH_POST:
		return set_body(easy, request);
	case FETCH_GET:
		return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
	case FETCH_PUT:
		return set_body(easy, request) && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT") == CURLE_OK;
	}
	return false;
}

/* curl repeats what a kept connection loses, and in HTTP/2 what a peer says that it has not begun. Neither can happen on a
 * connection that is new and speaks HTTP/1.1; on_begin() is there should curl ever find another reason. */
static bool set_once(CURL *easy)
{
	unsigned failed = 0;

	failed |= curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	failed |= curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	failed |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	return !failed;
}

static bool set_until_header(struct fetch *fetch, const char *name)
{
	if (!name)
		return true;
	fetch->until_header = strdup(name);
	return fetch->until_header;
}

static bool set_request(struct fetch *fetch, const struct fetch_request *request)
{
	CURL *easy = fetch->easy;
	unsigned failed = 0;

	failed |= curl_easy_setopt(easy, CURLOPT_URL, request->url);
	failed |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, ms_from_us(request->timeout_us));
	failed |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, ms_from_us(request->connect_timeout_us));
	failed |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	failed |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
	failed |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	failed |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch);
	failed |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_begin);
	failed |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, fetch);
	failed |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->error);
	failed |= curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);
	return !failed && set_method(easy, request) && (!request->once || set_once(easy)) && set_headers(fetch, request) &&
	       set_until_header(fetch, request->until_header);
}

int fetch_start(struct fetcher *fetcher, const struct fetch_request *request, fetch_fn fn, void *cls, struct fetch **ret)
{
	struct fetch *fetch = calloc(1, sizeof *fetch);

	if (!fetch)
		return ERR_NOMEM;
	assert(request->max_answer > 0 && request->timeout_us > 0 && request->connect_timeout_us > 0);
	*fetch = (struct fetch){
		.fetcher = fetcher,
		.fn = fn,
		.cls = cls,
		.is_once = request->once,
		.date = WALL_NONE,
		.until = WALL_NONE,
		.status_alone = request->status_alone,
		.body.cap = request->max_answer,
	};
	fetch->easy = curl_easy_init();
	if (!fetch->easy || !set_manners(fetch->easy) || !set_request(fetch, request) ||
	    curl_multi_add_handle(fetcher->multi, fetch->easy) != CURLM_OK) {
		fetch_free(fetch);
		return ERR_NOMEM;
	}

	fetch->next = fetcher->fetches;
	if (fetch->next)
		fetch->next->prev = fetch;
	fetcher->fetches = fetch;
	*ret = fetch;
	return 0;
}

struct fetch *fetch_cancel(struct fetch *fetch)
{
	if (!fetch)
		return NULL;
	fetch_detach(fetch);
	fetch_free(fetch);
	return NULL;
}
