/* SPDX-License-Identifier: EUPL-1.2 */
/* A YAML file as JSON on stdout, for tests/docker/compose.mjs: by libyaml, which is there wherever the daemon can be built. Anchors are followed, merge keys (<<) are left
 * to the reader; plain null, booleans and numbers stay what they are, everything else is a string. A key that stands twice in a mapping is an error. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static yaml_document_t document;

static void print_string(const char *at, size_t len)
{
	putchar('"');
	for (size_t i = 0; i < len; i++)
		if (at[i] == '"' || at[i] == '\\')
			printf("\\%c", at[i]);
		else if ((unsigned char)at[i] < 0x20)
			printf("\\u%04x", (unsigned)at[i]);
		else
			putchar(at[i]);
	putchar('"');
}

static int is_plain_word(const char *text)
{
	char *end;
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0 || strcmp(text, "null") == 0)
		return 1;
	if (text[0] != '-' && !isdigit((unsigned char)text[0]))
		return 0;
	if (text[strspn(text, "-0123456789.")] != '\0' || (text[0] == '0' && text[1] != '\0' && text[1] != '.'))
		return 0;
	strtod(text, &end);
	return *end == '\0' && end[-1] != '.' && end[-1] != '-';
}

static void print_node(const yaml_node_t *node)
{
	if (node->type == YAML_SCALAR_NODE) {
		const char *text = (const char *)node->data.scalar.value;
		int plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		if (plain && (*text == '\0' || strcmp(text, "~") == 0))
			fputs("null", stdout);
		else if (plain && is_plain_word(text))
			fputs(text, stdout);
		else
			print_string(text, node->data.scalar.length);
	} else if (node->type == YAML_SEQUENCE_NODE) {
		putchar('[');
		for (const yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top; item++) {
			if (item > node->data.sequence.items.start)
				putchar(',');
			print_node(yaml_document_get_node(&document, *item));
		}
		putchar(']');
	} else {
		putchar('{');
		for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
			const yaml_node_t *key = yaml_document_get_node(&document, pair->key);
			for (const yaml_node_pair_t *other = node->data.mapping.pairs.start; other < pair; other++)
				if (key->type != YAML_SCALAR_NODE || strcmp((const char *)yaml_document_get_node(&document, other->key)->data.scalar.value, (const char *)key->data.scalar.value) == 0) {
					fprintf(stderr, "line %zu: this key stands twice, or is no word\n", key->start_mark.line + 1);
					exit(1);
				}
			if (pair > node->data.mapping.pairs.start)
				putchar(',');
			print_string((const char *)key->data.scalar.value, key->data.scalar.length);
			putchar(':');
			print_node(yaml_document_get_node(&document, pair->value));
		}
		putchar('}');
	}
}

int main(int argc, char **argv)
{
	yaml_parser_t parser;
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	if (file == NULL || !yaml_parser_initialize(&parser)) {
		fputs("yaml_json FILE\n", stderr);
		return 2;
	}
	yaml_parser_set_input_file(&parser, file);
	if (!yaml_parser_load(&parser, &document) || yaml_document_get_root_node(&document) == NULL) {
		fprintf(stderr, "%s:%zu:%zu: %s\n", argv[1], parser.problem_mark.line + 1, parser.problem_mark.column + 1, parser.problem ? parser.problem : "empty");
		return 1;
	}
	print_node(yaml_document_get_root_node(&document));
	putchar('\n');
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	fclose(file);
	return 0;
}
