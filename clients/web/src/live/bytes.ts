// SPDX-License-Identifier: EUPL-1.2
// Bytes as hexadecimal and as base64url.

export type Bytes = Uint8Array;
export const NO_BYTES = new Uint8Array(0);

export function hex(bytes: Bytes): string {
	let out = "";
	for (const b of bytes)
		out += b.toString(16).padStart(2, "0");
	return out;
}

export function fromHex(text: string): Bytes {
	const out = new Uint8Array(text.length / 2);
	for (let i = 0; i < out.length; i++)
		out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
	return out;
}

export function equal(x: Bytes, y: Bytes): boolean {
	return x.length === y.length && x.every((b, i) => b === y[i]);
}

export function base64url(bytes: Bytes): string {
	return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** null: not base64url. */
export function fromBase64url(text: string): Bytes | null {
	if (!/^[A-Za-z0-9_-]*$/.test(text))
		return null;
	try {
		return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
	} catch {
		return null;
	}
}
