// SPDX-License-Identifier: EUPL-1.2
// What a test finds, a line for each thing, and how it ends: also by an error that nobody awaits, or by a signal, so that whoever cleans up at "exit" does.
let passed = 0, failed = 0

export const verdict = (well, what) => { well ? passed++ : failed++; console.log(`${well ? "ok  " : "FAIL"} ${what}`) }
export const finish = () => { console.log(`${passed} passed, ${failed} failed, 0 skipped`); process.exit(failed === 0 ? 0 : 1) }

const broken = (error) => { verdict(false, error?.stack ?? error); finish() }
process.on("unhandledRejection", broken).on("uncaughtException", broken)
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => process.exit(1))
