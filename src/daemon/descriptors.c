/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limit of open files.
 * Daemon layer.
 */
#include "daemon/descriptors.h"

#include <inttypes.h>
#include <sys/resource.h>

#include "base/log.h"

/* Beside the public side's connections: those that are being refused, the other sides' and the upstreams', the database, the rest. */
#define OTHER_DESCRIPTORS 300

void descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		log_debug("the limit of open files stays as it is");
}

void descriptors_check(int64_t max_connections)
{
	uint64_t needed = (uint64_t)max_connections + OTHER_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < needed)
		log_warning("max_connections = %" PRId64 " needs %" PRIu64 " open files, but the system allows %" PRIu64
		            "; lower it, or raise LimitNOFILE= of the service",
		            max_connections, needed, (uint64_t)limit.rlim_cur);
}
