// SPDX-License-Identifier: EUPL-1.2
// The way in: address, code, QR, and a ball for everyone who has come.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { encode } from "uqr";
import type { Session } from "../../state/session.js";
import { grouped, t } from "../../words/words.js";
import { PEOPLE_BALLS, WIDE_U, Zone } from "./kit.js";

export function JoinPanel({ session }: { session: Session }) {
	const code = session.head.code;
	const present = session.present.total;
	const known = useRef(present);
	useEffect(() => { known.current = present; });
	return (
		<Zone about={`${session.title} ${present > PEOPLE_BALLS} ${present * PERSON_U > WIDE_U}`}>
			<h1>{session.title}</h1>
			<div class="join-panel">
				<div>
					<p class="body">{t("screen-go-to")} <b>{location.host}</b><br />{t("screen-write-code")}</p>
					<p class="code num">{grouped(code)}</p>
				</div>
				<Qr text={`${location.origin}/#${code}`} />
			</div>
			<People count={present <= PEOPLE_BALLS ? present : 0} known={known.current} />
		</Zone>
	);
}

const PERSON_U = 4.4;
/** One ball a person on the plank, in at most two rows; who has just come falls down from above. */
function People({ count, known }: { count: number; known: number }) {
	const lines = count * PERSON_U > WIDE_U ? 2 : 1;
	const pitch = Math.min(PERSON_U, WIDE_U / Math.max(1, Math.ceil(count / lines)));
	const across = Math.floor(WIDE_U / pitch + 1e-6), height = pitch * lines + 1;
	return (
		<svg class="people" viewBox={`0 0 ${WIDE_U} ${height}`} aria-hidden="true">
			{Array.from({ length: count }, (_, i) => (
				<circle key={i} class={`person-ball ${i >= known ? "new" : ""}`} cx={((i % across) + 0.5) * pitch} cy={height - 0.9 - (Math.floor(i / across) + 0.5) * pitch} r={pitch / 2 - 0.2} />
			))}
			<rect class="fill-ink" y={height - 0.7} width={WIDE_U} height="0.7" rx="0.2" />
		</svg>
	);
}

export function Qr({ text }: { text: string }) {
	const { path, size } = useMemo(() => {
		const { data, size } = encode(text, { ecc: "M", border: 4 });
		let path = "";
		data.forEach((line, y) => line.forEach((on, x) => { if (on) path += `M${x} ${y}h1v1h-1z`; }));
		return { path, size };
	}, [text]);
	return <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t("screen-qr")} shape-rendering="crispEdges"><rect class="qr-ground" width={size} height={size} /><path class="qr-ink" d={path} /></svg>;
}
