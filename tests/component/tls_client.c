/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request over TLS, while the server's loop turns.
 * Component ring.
 */
#include "tls_client.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "raw_client.h"

static size_t keep_body(char *bytes, size_t size, size_t n, void *cls)
{
	ck_assert_int_eq(buf_add(cls, bytes, size * n), 0);
	return size * n;
}

static CURL *open_request(const struct tls_request *request, struct tls_answer *answer)
{
	CURL *easy = curl_easy_init();
	struct curl_blob trusted = { (void *)request->trusted, strlen(request->trusted), CURL_BLOB_COPY };
	char url[ADDRESS_SIZE + 512];

	ck_assert_ptr_nonnull(easy);
	snprintf(url, sizeof url, "https://localhost:%s%s", strrchr(request->address, ':') + 1, request->target);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_IPRESOLVE, (long)CURL_IPRESOLVE_V4);
	curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &trusted);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, request->version);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer->body);
	if (request->is_post)
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, "");
	return easy;
}

void tls_ask(const struct tls_request *request, struct tls_answer *ret)
{
	CURLM *multi = curl_multi_init();
	int running = 1, n;

	*ret = (struct tls_answer){ 0 };
	CURL *easy = open_request(request, ret);
	curl_multi_add_handle(multi, easy);
	while (running) {
		ck_assert_int_eq(curl_multi_perform(multi, &running), CURLM_OK);
		raw_turn(request->loop);
	}
	ret->code = curl_multi_info_read(multi, &n)->data.result;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &ret->status);
	curl_multi_remove_handle(multi, easy);
	curl_easy_cleanup(easy);
	curl_multi_cleanup(multi);
}

void tls_answer_done(struct tls_answer *answer)
{
	buf_done(&answer->body);
}
