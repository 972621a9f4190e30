/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two certificates for "localhost", each signed by itself, and their keys.
 * Made for these tests, worth nothing anywhere else.
 */
#ifndef CLAIMD_TESTS_TLS_PAIR_H
#define CLAIMD_TESTS_TLS_PAIR_H

static const char tls_key[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoOW0S3xKtvieN64k\n"
	"AXJNCy/jwDL/yOdX2Tk8gbrAwqShRANCAASrTEmXVsbNSOVNBAwWYbbPQpseQW2+\n"
	"5SIM3oS7vJnWm8cwmW78NevOg/nGaA8g+6zB8/uHlZoQJvb8MCgYZk8G\n"
	"-----END PRIVATE KEY-----\n";

static const char tls_certificate[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBfTCCASWgAwIBAgIUQI22Dt3GimFBxFJDN7i8qrVibvYwCgYIKoZIzj0EAwIw\n"
	"FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjA0NTUzNFoYDzIxMjYxMDI5\n"
	"MDQ1NTM0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
	"PQMBBwNCAASrTEmXVsbNSOVNBAwWYbbPQpseQW2+5SIM3oS7vJnWm8cwmW78NevO\n"
	"g/nGaA8g+6zB8/uHlZoQJvb8MCgYZk8Go1MwUTAdBgNVHQ4EFgQUvJUxwYk9owTe\n"
	"TWmJictd56eX9UMwHwYDVR0jBBgwFoAUvJUxwYk9owTeTWmJictd56eX9UMwDwYD\n"
	"VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNGADBDAiBd7Tst3D+f9GQ6oL/Glo1a\n"
	"7+m5cd3PeaHmpwrOhbVvkAIff/Mon0Kcs/6Tvvmno80vV83IlOdGpu9xmZc9ppZm\n"
	"+w==\n"
	"-----END CERTIFICATE-----\n";

static const char tls_other_key[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeIipjjM9t4N4l8Ab\n"
	"9e3nx1BpKdfL4pjF1b2/sxbAlPmhRANCAAR7QAYn/SQpVK207W4CzdmaaLd1jmJX\n"
	"TcxZILGrNu3FG8Z06zLKVn+t9nEjg2gBdue3mAiux+yhwIQDuWFGAPsZ\n"
	"-----END PRIVATE KEY-----\n";

static const char tls_other_certificate[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBfjCCASWgAwIBAgIUEhMZWgRXlIeCulpD+9cZsZkZENAwCgYIKoZIzj0EAwIw\n"
	"FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzAyMDQzNFoYDzIxMjYxMTAz\n"
	"MDIwNDM0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
	"PQMBBwNCAAR7QAYn/SQpVK207W4CzdmaaLd1jmJXTcxZILGrNu3FG8Z06zLKVn+t\n"
	"9nEjg2gBdue3mAiux+yhwIQDuWFGAPsZo1MwUTAdBgNVHQ4EFgQUSqykg7blZwt6\n"
	"Pfjdys0j0ZlIgvEwHwYDVR0jBBgwFoAUSqykg7blZwt6Pfjdys0j0ZlIgvEwDwYD\n"
	"VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiANAC7clqht8n8q2eU/hNPm\n"
	"oIbelWTn5Ou2dileFzIlDwIgD/xcp64lmoPzUssKS9vUxt7VVK+Sw2zVQ/UFn0yx\n"
	"qsk=\n"
	"-----END CERTIFICATE-----\n";

#endif
