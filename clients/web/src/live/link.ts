// SPDX-License-Identifier: EUPL-1.2
// Who comes in by a link of staff's. Apart from live.ts, because no participant's page has use for it.
/* Browsers give their own SHA-256 to pages on https and localhost only, and a hall may run on plain http. */
import { sha256 } from "@noble/hashes/sha2.js";
import { NO_BYTES, base64url, fromBase64url, hex } from "./bytes.js";
import type { Seat } from "./live.js";
import type { World } from "./world.js";

/** The seat of a link; its token goes into the storage, the address keeps only a short tag of it (1.5). */
export function linkSeat(world: World, sid: string, tokenOrTag: string): Seat | null {
	const token = fromBase64url(tokenOrTag);
	if (tokenOrTag.length === 22 && token?.length === 16) {
		const name = `bp.link.${sid}.${hex(sha256(token)).slice(0, 8)}`;
		world.store.set(name, base64url(token));
		return { door: 1, place: sid, token, secret: NO_BYTES, name };
	}
	const name = `bp.link.${sid}.${tokenOrTag}`;
	const kept = fromBase64url(world.store.get(name) ?? "");
	return kept?.length === 16 ? { door: 1, place: sid, token: kept, secret: NO_BYTES, name } : null;
}
