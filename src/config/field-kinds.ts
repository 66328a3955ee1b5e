interface Words {
  /** What it is for. Range, choices, rule and default are printed beside it, so they are not said here. */
  readonly meaning: string;
  /** What holds without it, where that is no single value. */
  readonly unset?: string;
}

export interface TextField extends Words, Shared {
  readonly kind: "text";
  readonly default?: string;
  /** What the value must be. */
  readonly rule?: string;
}

/** A text of several lines, such as PEM; always possible as NAME_FILE too. */
export interface DocumentField extends Words {
  readonly kind: "document";
  readonly rule: string;
  readonly orFile: true;
}

/** Other programs read it too: its name in lower case counts as well and comes first, and an empty value is none. */
interface Shared {
  readonly shared?: true;
}

/** Never shown to anybody; always possible as NAME_FILE too. */
export interface SecretField extends Words {
  readonly kind: "secret";
  readonly orFile: true;
  readonly leastBytes?: number;
  /** What the value must be. */
  readonly rule?: string;
}

export interface IntegerField extends Words {
  readonly kind: "integer";
  readonly least: number;
  readonly most: number;
  readonly default?: number;
  /** Of least, most and default. */
  readonly unit?: string;
}

export interface ChoiceField extends Words {
  readonly kind: "choice";
  /** Each value with what it means; empty where its name says enough. */
  readonly choices: Readonly<Record<string, string>>;
  readonly default?: string;
  readonly anyCase?: true;
}

/** Entries between commas. */
export interface ListField extends Words, Shared {
  readonly kind: "list";
  /** What an entry must be. */
  readonly rule?: string;
  readonly choices?: Readonly<Record<string, string>>;
}

/** https, or http to this machine; never with user information. */
export interface UrlField extends Words {
  readonly kind: "url";
}

/** Names a file. */
export interface PathField extends Words {
  readonly kind: "path";
  /** What the file holds nobody else may read. */
  readonly holdsSecret?: true;
}

/** Names a place to write to, from the root on: where a process is started must not matter. */
export interface OutletField extends Words {
  readonly kind: "outlet";
  readonly rule: string;
  /** Bytes, which is what an address of a Unix socket can have. */
  readonly mostBytes: number;
}

/** One environment variable. */
export type Field =
  | TextField
  | DocumentField
  | SecretField
  | IntegerField
  | ChoiceField
  | ListField
  | UrlField
  | PathField
  | OutletField;
