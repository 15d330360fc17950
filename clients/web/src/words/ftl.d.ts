// SPDX-License-Identifier: EUPL-1.2
declare module "*.ftl" {
	const text: string;
	export default text;
}
