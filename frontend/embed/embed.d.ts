/**
 * Types of Rekey's `/embed.js` and `/embed-test.js`.
 *
 * Copy this file into your project. With React 19, tell JSX about the element once:
 *
 * ```ts
 * import type { RekeyConnect } from "./embed";
 *
 * declare module "react" {
 *   namespace JSX {
 *     interface IntrinsicElements {
 *       "rekey-connect": React.DetailedHTMLProps<React.HTMLAttributes<RekeyConnect>, RekeyConnect> & {
 *         organization: string;
 *         theme?: "auto" | "light" | "dark";
 *         language?: "en" | "de" | "fr" | "es" | "ja";
 *         accent?: string;
 *         "self-test"?: boolean;
 *       };
 *     }
 *   }
 * }
 * ```
 */

/** How the frame looks; `auto` follows the system. */
export type RekeyTheme = "auto" | "light" | "dark";

/** A language that Rekey speaks. */
export type RekeyLanguage = "en" | "de" | "fr" | "es" | "ja";

/**
 * Where the session's backup sets stand: the customer's tenant is not confirmed; no set can take part; somebody may
 * authorize; somebody is to sign in; saved, and Rekey works; all have the method that can; a sign-in stopped.
 */
export type RekeyState = "unconfirmed" | "nothing" | "ready" | "open" | "working" | "done" | "stopped";

/** Detail of `state`: something changed. */
export interface RekeyStateDetail {
  state: RekeyState;
  /** Backup sets that have their new method. */
  moved: number;
  /** Backup sets that wait for it. */
  waiting: number;
}

/** Detail of `authorized`: the access is stored and was tried. */
export interface RekeyAuthorizedDetail {
  /** Its id, for `GET /api/v1/authorizations/{id}`. */
  authorization: string;
  /** Backup sets that have their new method. */
  moved: number;
}

/** Detail of `failed`. */
export interface RekeyFailedDetail {
  /**
   * Stable: branch on it. The element's own are `organization_invalid`, `session_missing`, `session_failed`,
   * `frame_blocked` and `frame_silent`; the others come from Rekey.
   */
  code: string;
  title: string;
  text: string;
}

/** The events of the element. They do not bubble. */
export interface RekeyConnectEventMap {
  /** The frame shows the backup sets. */
  ready: CustomEvent<Record<string, never>>;
  state: CustomEvent<RekeyStateDetail>;
  authorized: CustomEvent<RekeyAuthorizedDetail>;
  failed: CustomEvent<RekeyFailedDetail>;
  /** The person is through, or closed the sign-in window. A hint only. */
  closed: CustomEvent<Record<string, never>>;
}

/** One thing that the self-test looked at. */
export interface RekeyFinding {
  code:
    | "secure_context"
    | "own_origin"
    | "organization"
    | "reachable"
    | "origin_registered"
    | "clock"
    | "csp"
    | "coop"
    | "coep"
    | "popups"
    | "ancestors";
  ok: boolean;
  title: string;
  /** What to change, where something is wrong. */
  text: string;
}

/** `<rekey-connect>`. The attribute `self-test` shows the findings about the page instead of the frame. */
export class RekeyConnect extends HTMLElement {
  /** What is wrong with this page; needs no session. */
  static selfTest(organization: string): Promise<RekeyFinding[]>;

  /** The id of your organization, a UUID. */
  get organization(): string | null;
  set organization(value: string | null);
  get theme(): RekeyTheme | null;
  set theme(value: RekeyTheme | null);
  /** The language of the frame; the browser's unless told. */
  get language(): RekeyLanguage | null;
  set language(value: RekeyLanguage | null);
  /** A colour of yours, `#rrggbb`. */
  get accent(): string | null;
  set accent(value: string | null);
  /** The secret of an embed session. Write-only, kept in memory until the element leaves the page. */
  set session(value: string | null);
  /** Gives a fresh secret: asked at the start when there is none, and when one is over. */
  get getSession(): (() => Promise<string>) | null;
  set getSession(value: (() => Promise<string>) | null);

  addEventListener<K extends keyof RekeyConnectEventMap>(
    type: K,
    listener: (this: RekeyConnect, event: RekeyConnectEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: RekeyConnect, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;

  removeEventListener<K extends keyof RekeyConnectEventMap>(
    type: K,
    listener: (this: RekeyConnect, event: RekeyConnectEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** `/embed-test.js`: the findings about this page, for one organization of the Rekey at `origin`. */
export function selfTest(origin: string, organization: string): Promise<RekeyFinding[]>;

/** `/embed-test.js`: the first of `names` that one Content-Security-Policy has. */
export function directive(policy: string, names: string[]): { name: string; sources: string[] } | null;

/** `/embed-test.js`: whether a source list allows an address, for a page of the origin `self`. */
export function allows(sources: string[], address: string, self: string): boolean;

declare global {
  interface HTMLElementTagNameMap {
    "rekey-connect": RekeyConnect;
  }
}
