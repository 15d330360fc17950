// SPDX-License-Identifier: EUPL-1.2
// A component that comes in a part of its own, so that nobody fetches it before its time. Asked for again until it is here.
import { type ComponentChildren, type ComponentType, h } from "preact";
import { useEffect, useState } from "preact/hooks";

const RETRY_MS = 2000;
export type Later<P> = ComponentType<P> & { fetch(): void };

/** wait: what stands there until it has come; lost: it could not be fetched and is asked for again. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>, wait: (lost: boolean) => ComponentChildren): Later<P> {
	let come: ComponentType<P> | null = null;
	const Part = (props: P) => {
		const [Here, setHere] = useState(() => come);
		const [lost, setLost] = useState(false);
		useEffect(() => {
			let timer: ReturnType<typeof setTimeout>;
			const ask = () => load().then((part) => setHere(() => (come = part)), () => {
				setLost(true);
				timer = setTimeout(ask, RETRY_MS);
			});
			if (!come)
				void ask();
			return () => clearTimeout(timer);
		}, []);
		return Here ? h(Here, props) : <>{wait(lost)}</>;
	};
	/* Ahead of time, while there is contact. Whether it comes or not, who needs it asks again. */
	return Object.assign(Part, { fetch() { if (!come) load().then((part) => { come = part; }, () => {}); } });
}
