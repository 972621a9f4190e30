/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this process takes of the system.
 * Base layer.
 */
#include "base/process.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double cpu_seconds(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime) : NAN;
}

static double max_fds(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (double)limit.rlim_cur : NAN;
}

static double open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	/* But for ".", "..", and the one that the folder itself is read by. */
	double n = -3;

	if (!dir)
		return NAN;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void measure_memory(struct process_usage *usage)
{
	FILE *file = fopen("/proc/self/statm", "re");
	double page = (double)sysconf(_SC_PAGESIZE);
	unsigned long pages, resident;

	if (!file)
		return;
	if (fscanf(file, "%lu %lu", &pages, &resident) == 2) {
		usage->virtual_bytes = (double)pages * page;
		usage->resident_bytes = (double)resident * page;
	}
	fclose(file);
}

void process_usage(struct process_usage *ret)
{
	*ret = (struct process_usage){
		.cpu_seconds = cpu_seconds(),
		.open_fds = open_fds(),
		.max_fds = max_fds(),
		.resident_bytes = NAN,
		.virtual_bytes = NAN,
	};
	measure_memory(ret);
}
