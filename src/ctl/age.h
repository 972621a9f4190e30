/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long ago, in words.
 * Ctl layer.
 */
#ifndef CLAIMD_CTL_AGE_H
#define CLAIMD_CTL_AGE_H

#define AGE_SIZE 32

/* "90 minutes": in the largest unit of which there are two; below two minutes in seconds. Returns BUF. */
const char *age_text(double seconds, char buf[static AGE_SIZE]);

#endif
