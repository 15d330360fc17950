/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/fault.h"

const char *fault_name(enum fault fault)
{
	switch (fault) {
#define FAULT(name, number, meaning) \
	case FAULT_##name:           \
		return #name;
#include "tbl/faults.h"
#undef FAULT
	}
	return "unknown";
}
