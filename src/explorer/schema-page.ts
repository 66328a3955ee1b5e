import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
} from "graphql";
import { type Html, html } from "../pages/html.js";
import { browserText, type PageAnswer, pageAnswer } from "../pages/page.js";
import { brand, type Root } from "./frame.js";

const style = browserText("schema.css", new URL("./browser/", import.meta.url));

interface Chapter {
  readonly title: string;
  readonly sections: readonly Section[];
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

/** The schema in words: every field, argument, input field, enum value and scalar with its description. */
export function schemaPage(schema: GraphQLSchema): (root: Root) => PageAnswer {
  const chapters = chaptersOf(lexicographicSortSchema(schema)).filter(({ sections }) => sections.length > 0);
  const contents = html`<div class="stack head"><h1>Schema</h1><p class="muted">${schema.description ?? ""}</p></div>
<nav class="contents" aria-label="Contents">${chapters.map(contentsOf)}</nav>
<div class="text">${chapters.map(chapterText)}</div>`;
  return (root) => {
    const body = html`<header class="bar">${brand(root)}<nav class="push" aria-label="Pages"><a href="${root}graphql/explorer">GraphiQL</a></nav></header>
<main class="page schema">${contents}</main>`;
    return pageAnswer({ title: "Schema", style, body });
  };
}

function chaptersOf(schema: GraphQLSchema): readonly Chapter[] {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !roots.some((root) => root === type),
  );
  return [
    { title: "Queries", sections: rootFields(roots[0]) },
    { title: "Mutations", sections: rootFields(roots[1]) },
    { title: "Types", sections: types.filter(isObjectType).map((type) => section(type, fieldTable(fieldsOf(type)))) },
    {
      title: "Inputs",
      sections: types
        .filter(isInputObjectType)
        .map((type) => section(type, fieldTable(Object.values(type.getFields())))),
    },
    {
      title: "Enums",
      sections: types.filter(isEnumType).map((type) =>
        section(
          type,
          table(
            ["Value", "Description"],
            type.getValues().map((value) => [html`<code>${value.name}</code>`, html`${value.description ?? ""}`]),
          ),
        ),
      ),
    },
    { title: "Scalars", sections: types.filter(isScalarType).map((type) => section(type, specification(type))) },
  ];
}

function contentsOf({ title, sections }: Chapter): Html {
  return html`<h2>${title}</h2><ul>${sections.map((each) => html`<li><a href="#${each.id}">${each.title}</a></li>`)}</ul>`;
}

function chapterText({ title, sections }: Chapter): Html {
  return html`<section class="stack"><h2>${title}</h2>${sections.map(
    (each) =>
      html`<article class="card stack" id="${each.id}"><h3><code>${each.title}</code></h3>${each.content}</article>`,
  )}</section>`;
}

function rootFields(root: GraphQLObjectType | null | undefined): Section[] {
  return Object.values(root?.getFields() ?? {}).map((field) => ({
    id: `${root?.name}.${field.name}`,
    title: field.name,
    content: html`<p>${field.description ?? ""}</p><p>Gives ${typeLink(field.type)}.</p>
${field.args.length > 0 && fieldTable(field.args, "Argument")}`,
  }));
}

function section(type: GraphQLNamedType, content: Html): Section {
  return { id: type.name, title: type.name, content: html`<p>${type.description ?? ""}</p>${content}` };
}

function specification({ specifiedByURL }: { specifiedByURL?: string | null | undefined }): Html {
  return html`${specifiedByURL ? html`<p><a href="${specifiedByURL}">Specification</a></p>` : ""}`;
}

function fieldsOf(type: GraphQLObjectType): readonly GraphQLField<unknown, unknown>[] {
  return Object.values(type.getFields());
}

type Described = GraphQLField<unknown, unknown> | GraphQLArgument | GraphQLInputField;

function fieldTable(fields: readonly Described[], head = "Field"): Html {
  return table(
    [head, "Type", "Description"],
    fields.map(({ name, type, description }) => [
      html`<code>${name}</code>`,
      typeLink(type),
      html`${description ?? ""}`,
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly Html[])[]): Html {
  return html`<table><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells) => html`<tr>${cells.map((cell, index) => html`<td data-head="${head[index]}">${cell}</td>`)}</tr>`,
  )}</tbody></table>`;
}

/** The type as it is written in SDL, with a link to its section. */
function typeLink(type: GraphQLType): Html {
  const named = getNamedType(type);
  const [before, after] = type.toString().split(named.name);
  const name = isSpecifiedScalarType(named) ? html`${named.name}` : html`<a href="#${named.name}">${named.name}</a>`;
  return html`<code>${before}${name}${after}</code>`;
}
