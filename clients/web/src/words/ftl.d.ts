// SPDX-License-Identifier: EUPL-1.2
declare module "*.ftl" {
	const sentences: Record<string, import("@fluent/bundle").FluentResource["body"][number]["value"]>;
	export default sentences;
}
