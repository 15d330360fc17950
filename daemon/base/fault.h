/* SPDX-License-Identifier: EUPL-1.2 */
/* Why a wish was refused. The sentences that people read are the client's; this is only the list. */
#ifndef BOLLPLANK_BASE_FAULT_H
#define BOLLPLANK_BASE_FAULT_H

enum fault {
#define FAULT(name, number, meaning) FAULT_##name = number,
#include "tbl/faults.h"
#undef FAULT
};

const char *fault_name(enum fault fault); /* "over_budget"; "unknown" for a number that is not in the table */
#endif
