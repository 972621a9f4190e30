/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compiler attributes under readable names, and cleanup by scope.
 * Base layer: knows nothing but the compiler.
 * The one place for GNU attributes and statement-level macros.
 */
#ifndef CLAIMD_BASE_ATTR_H
#define CLAIMD_BASE_ATTR_H

#define ATTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ATTR_UNUSED __attribute__((unused))
#define ATTR_MUST_USE __attribute__((warn_unused_result))

/* Runs FN with the variable's address when it leaves scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Defines NAME_cleanup() for CLEANUP(): calls FREE_FN, which takes NULL, on a TYPE pointer. */
#define DEFINE_CLEANUP(name, type, free_fn)                                              \
	static inline ATTR_UNUSED void name##_cleanup(type *p) { free_fn(*p); }

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
