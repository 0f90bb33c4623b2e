/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * date: prints one form of HTTP-date and reads three. The forms are patterns, walked octet by
 * octet; strptime(3) would ask the locale and accept too much. Pure but for gmtime_r(3) and
 * timegm(3), which only see values in range.
 */
#include "http/date.h"

#include <stdint.h>

#include "http/octet.h"

#define TIME_MAX INT64_C(253402300799) /* 9999-12-31 23:59:59 */

static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char day_names[] = "SunMonTueWedThuFriSat";
static const char *const long_day_names[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                              "Thursday", "Friday", "Saturday" };

/* --- printing ----------------------------------------------------------------------------- */

static char *
put_two(char *out, int number)
{
    *out++ = (char)('0' + number / 10);
    *out++ = (char)('0' + number % 10);
    return out;
}

void
date_format(char out[DATE_SIZE], time_t time)
{
    static const char pattern[DATE_SIZE] = "ddd, DD mmm YYYY HH:MM:SS GMT";
    struct tm tm;

    time = time < 0 ? 0 : time > TIME_MAX ? TIME_MAX : time;
    gmtime_r(&time, &tm);
    memcpy(out, pattern, DATE_SIZE);
    memcpy(out, day_names + tm.tm_wday * 3, 3);
    put_two(out + 5, tm.tm_mday);
    memcpy(out + 8, month_names + tm.tm_mon * 3, 3);
    put_two(put_two(out + 12, (tm.tm_year + 1900) / 100), (tm.tm_year + 1900) % 100);
    put_two(out + 17, tm.tm_hour);
    put_two(out + 20, tm.tm_min);
    put_two(out + 23, tm.tm_sec);
}

/* --- reading ------------------------------------------------------------------------------ */

/* A form: in the mask, 0 is a digit, # a digit or space, _ part of a name, all else itself. */
struct form {
    const char *mask;
    unsigned char day;
    unsigned char month;
    unsigned char year;
    unsigned char year_digits;
    unsigned char time;
};

static const struct form imf_fixdate = { "___, 00 ___ 0000 00:00:00 GMT",
                                         .day = 5,
                                         .month = 8,
                                         .year = 12,
                                         .year_digits = 4,
                                         .time = 17 };
static const struct form asctime_date = {
    "___ ___ #0 00:00:00 0000", .day = 8, .month = 4, .year = 20, .year_digits = 4, .time = 11
};
/* Without the name of the day, which varies in length. */
static const struct form rfc850_date = {
    ", 00-___-00 00:00:00 GMT", .day = 2, .month = 5, .year = 9, .year_digits = 2, .time = 12
};

static bool
fits_octet(char octet, char mask)
{
    switch (mask) {
    case '_':
        return true;
    case '#':
        return octet == ' ' || octet_is(octet, OCTET_DIGIT);
    case '0':
        return octet_is(octet, OCTET_DIGIT);
    default:
        return octet == mask;
    }
}

static bool
fits(struct span text, const char *mask)
{
    if (text.length != strlen(mask))
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (!fits_octet(text.at[i], mask[i]))
            return false;
    return true;
}

/* Digits are known to be there; a space counts as 0. */
static int
get_number(const char *digits, size_t count)
{
    int number = 0;

    for (size_t i = 0; i < count; i++)
        number = number * 10 + (digits[i] == ' ' ? 0 : digits[i] - '0');
    return number;
}

/* Index of a three-letter name in a list of such names, or -1. */
static int
get_name(const char *text, const char *names)
{
    for (int i = 0; names[i * 3]; i++)
        if (memcmp(text, names + i * 3, 3) == 0)
            return i;
    return -1;
}

static int
days_in_month(int month, int year)
{
    static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month] + (month == 1 && leap);
}

static bool
in_range(const struct tm *tm)
{
    return tm->tm_mon >= 0 && tm->tm_mday >= 1 &&
           tm->tm_mday <= days_in_month(tm->tm_mon, tm->tm_year + 1900) && tm->tm_hour <= 23 &&
           tm->tm_min <= 59 && tm->tm_sec <= 60;
}

static struct tm
read_form(const char *text, const struct form *form)
{
    return (struct tm){ .tm_mday = get_number(text + form->day, 2),
                        .tm_mon = get_name(text + form->month, month_names),
                        .tm_year = get_number(text + form->year, form->year_digits) - 1900,
                        .tm_hour = get_number(text + form->time, 2),
                        .tm_min = get_number(text + form->time + 3, 2),
                        .tm_sec = get_number(text + form->time + 6, 2) };
}

/* The latest year with these last two digits that puts the date no more than 50 years after
 * now. */
static void
choose_century(struct tm *tm, time_t now)
{
    struct tm limit;
    struct tm moment;

    gmtime_r(&now, &limit);
    limit.tm_year += 50;
    tm->tm_year += (limit.tm_year + 1900) / 100 * 100;
    moment = *tm; /* timegm() may change it */
    if (timegm(&moment) > timegm(&limit))
        tm->tm_year -= 100;
}

/* Cuts "Sunday" off the front; false if there is no such name. */
static bool
skip_long_day(struct span *text)
{
    for (size_t i = 0; i < 7; i++) {
        size_t length = strlen(long_day_names[i]);

        if (text->length >= length && memcmp(text->at, long_day_names[i], length) == 0) {
            *text = (struct span){ text->at + length, text->length - length };
            return true;
        }
    }
    return false;
}

bool
date_parse(struct span text, time_t now, time_t *time)
{
    struct tm tm;

    if (text.length < 3 || get_name(text.at, day_names) < 0)
        return false;
    if (fits(text, imf_fixdate.mask))
        tm = read_form(text.at, &imf_fixdate);
    else if (fits(text, asctime_date.mask))
        tm = read_form(text.at, &asctime_date);
    else if (skip_long_day(&text) && fits(text, rfc850_date.mask)) {
        tm = read_form(text.at, &rfc850_date);
        choose_century(&tm, now);
    } else
        return false;
    if (!in_range(&tm))
        return false;
    *time = timegm(&tm);
    return true;
}
