// 读取本插件事项的办件。用到时在 wit/plugin.wit 的 world 中加一行 import data; 并在清单的 [capabilities] 中申请 data。
// @ts-ignore 由平台提供
import { find as ask, getMany as get } from "zugong:plugin/data@1.0.0";

/** 按标识读取办件，按原顺序；看不到的为 null。 */
export const getMany = <T>(matter: string, ids: string[]): (T | null)[] =>
  get(matter, ids).map((text: string | undefined) => (text === undefined ? null : JSON.parse(text)));

/** 一页办件。`filter` 如 { kind: { eq: "FIRST" } }；`next` 为空即最后一页。 */
export const find = <T>(matter: string, filter: object, after?: string): { items: T[]; next: string | null } =>
  JSON.parse(ask(matter, JSON.stringify(filter), after));
