/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A certificate for "localhost", signed by itself, and its key.
 * Component ring: made for these tests, worth nothing anywhere else.
 */
#ifndef CLAIMD_TESTS_COMPONENT_TLS_PAIR_H
#define CLAIMD_TESTS_COMPONENT_TLS_PAIR_H

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

#endif
