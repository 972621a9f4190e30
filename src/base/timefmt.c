/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times as text.
 * Base layer, pure.
 * Uses neither the C library's calendar nor its locale: both depend on the machine's settings.
 */
#include "base/timefmt.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

#define SEC_PER_DAY INT64_C(86400)

/* 9999-12-31T23:59:59.999999Z: the last time whose text has four digits of year. */
#define WALL_MAX_US (INT64_C(253402300800) * USEC_PER_SEC - 1)

#define EPOCH_YEAR 1970

/* Days of a common year before each month. */
static const int days_before_month[13] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

struct cursor {
	const char *at;
	const char *end;
};

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from the first day of year 1 of the Gregorian calendar to the first day of YEAR. */
static int64_t days_before_year(int64_t year)
{
	int64_t past = year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400;
}

static int64_t days_before(int64_t year, int month)
{
	return days_before_month[month - 1] + (month > 2 && is_leap(year));
}

static int days_in(int64_t year, int month)
{
	return days_before_month[month] - days_before_month[month - 1] + (month == 2 && is_leap(year));
}

static bool at_digit(const struct cursor *c)
{
	return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

/* Takes exactly N digits; N is small enough for an int. */
static bool take_number(struct cursor *c, int n, int *ret)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (!at_digit(c))
			return false;
		value = value * 10 + (*c->at++ - '0');
	}
	*ret = value;
	return true;
}

static bool take_char(struct cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

/* Days since the epoch; false for a day that no calendar has. */
static bool count_days(int year, int month, int day, int64_t *ret)
{
	if (month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return false;
	*ret = days_before_year(year) - days_before_year(EPOCH_YEAR) + days_before(year, month) + day - 1;
	return true;
}

static bool take_date(struct cursor *c, int64_t *ret_days)
{
	int year, month, day;

	return take_number(c, 4, &year) && take_char(c, '-') && take_number(c, 2, &month) && take_char(c, '-') &&
	       take_number(c, 2, &day) && count_days(year, month, day, ret_days);
}

static bool take_date_day_first(struct cursor *c, int64_t *ret_days)
{
	int year, month, day;

	return take_number(c, 2, &day) && take_char(c, '-') && take_number(c, 2, &month) && take_char(c, '-') &&
	       take_number(c, 4, &year) && count_days(year, month, day, ret_days);
}

static bool take_time(struct cursor *c, int64_t *ret_seconds)
{
	int hour, minute, second;

	if (!take_number(c, 2, &hour) || !take_char(c, ':') || !take_number(c, 2, &minute) || !take_char(c, ':') ||
	    !take_number(c, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*ret_seconds = hour * 3600 + minute * 60 + second;
	return true;
}

static int64_t take_fraction(struct cursor *c, unsigned *quirks)
{
	int64_t us = 0, weight = USEC_PER_SEC / 10;
	int digits = 0;

	if (!take_char(c, '.'))
		return 0;
	for (; at_digit(c); c->at++, digits++, weight /= 10)
		us += (*c->at - '0') * weight;
	if (digits != 3 && digits != 6)
		*quirks |= TIMEFMT_ODD_FRACTION;
	return us;
}

/* The zone and the end of the text. */
static bool take_zone(struct cursor *c, int64_t *ret_seconds, unsigned *quirks)
{
	int hours, minutes = 0;

	if (c->at == c->end) {
		*quirks |= TIMEFMT_MISSING_ZONE;
		*ret_seconds = 0;
		return true;
	}
	if (take_char(c, 'Z') || take_char(c, 'z')) {
		*ret_seconds = 0;
		return c->at == c->end;
	}

	bool west = *c->at == '-';

	if (*c->at == ' ')
		*quirks |= TIMEFMT_SPACE_ZONE;
	if (!take_char(c, '+') && !take_char(c, '-') && !take_char(c, ' '))
		return false;
	if (!take_number(c, 2, &hours))
		return false;
	if (c->at < c->end) {
		(void)take_char(c, ':');
		if (!take_number(c, 2, &minutes))
			return false;
	}
	if (hours > 23 || minutes > 59 || c->at < c->end)
		return false;
	*ret_seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

/* What follows the date: as timefmt_parse() takes it, but for the range. The zone, where one is given, is counted in. */
static bool take_rest(struct cursor *c, int64_t *ret_us, unsigned *quirks)
{
	int64_t seconds, fraction_us, zone;

	if (!take_char(c, 'T') && !take_char(c, 't') && !take_char(c, ' '))
		return false;
	if (!take_time(c, &seconds))
		return false;
	fraction_us = take_fraction(c, quirks);
	if (!take_zone(c, &zone, quirks))
		return false;
	*ret_us = (seconds - zone) * USEC_PER_SEC + fraction_us;
	return true;
}

static int set_time(int64_t us, struct wall *ret)
{
	if (us < 0 || us > WALL_MAX_US)
		return ERR_INVALID;
	*ret = (struct wall){ us };
	return ERR_OK;
}

int timefmt_parse(const char *text, size_t len, struct wall *ret, unsigned *ret_quirks)
{
	struct cursor c = { .at = text, .end = text + len };
	int64_t days, us;
	unsigned quirks = 0;

	if (!take_date(&c, &days) || !take_rest(&c, &us, &quirks))
		return ERR_INVALID;
	if (set_time(days * SEC_PER_DAY * USEC_PER_SEC + us, ret) < 0)
		return ERR_INVALID;
	if (ret_quirks)
		*ret_quirks = quirks;
	return ERR_OK;
}

int timefmt_parse_moscow(const char *text, size_t len, struct wall *ret)
{
	struct cursor c = { .at = text, .end = text + len };
	bool day_first = len > 2 && text[2] == '-';
	int64_t days, us;
	unsigned quirks = 0;

	if (!(day_first ? take_date_day_first(&c, &days) : take_date(&c, &days)) || !take_rest(&c, &us, &quirks))
		return ERR_INVALID;
	if (quirks & TIMEFMT_MISSING_ZONE)
		us -= TIMEFMT_MOSCOW_US;
	return set_time(days * SEC_PER_DAY * USEC_PER_SEC + us, ret);
}

/* Splits days since the epoch. The first guess is never too late, and at most a few dozen years early. */
static void split_date(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t from_year_1 = days + days_before_year(EPOCH_YEAR);
	int64_t year = EPOCH_YEAR + days / 366;
	int month = 1;

	while (days_before_year(year + 1) <= from_year_1)
		year++;

	int64_t day_of_year = from_year_1 - days_before_year(year);

	while (month < 12 && days_before(year, month + 1) <= day_of_year)
		month++;
	*ret_year = (int)year;
	*ret_month = month;
	*ret_day = (int)(day_of_year - days_before(year, month)) + 1;
}

static void put_number(char *at, int n, int64_t value)
{
	for (int i = n - 1; i >= 0; i--, value /= 10)
		at[i] = (char)('0' + value % 10);
}

void timefmt_format(struct wall t, char ret[static TIMEFMT_SIZE])
{
	static const char form[TIMEFMT_SIZE] = "0000-00-00T00:00:00.000000Z";
	int year, month, day;

	if (t.us < 0 || t.us > WALL_MAX_US) {
		(void)snprintf(ret, TIMEFMT_SIZE, "-");
		return;
	}

	int64_t seconds = t.us / USEC_PER_SEC % SEC_PER_DAY;

	split_date(t.us / USEC_PER_SEC / SEC_PER_DAY, &year, &month, &day);
	(void)snprintf(ret, TIMEFMT_SIZE, "%s", form);
	put_number(ret, 4, year);
	put_number(ret + 5, 2, month);
	put_number(ret + 8, 2, day);
	put_number(ret + 11, 2, seconds / 3600);
	put_number(ret + 14, 2, seconds / 60 % 60);
	put_number(ret + 17, 2, seconds % 60);
	put_number(ret + 20, 6, t.us % USEC_PER_SEC);
}
