// 调用承办单位的系统。用到时在 wit/plugin.wit 的 world 中加一行 import connector; 并在清单的 [capabilities] 中申请 connectors。
// @ts-ignore 由平台提供
import { callMany as call } from "zugong:plugin/connector@1.0.0";

type Outcome<T> = { ok: T } | { error: string };

/** 按原顺序逐个答复；系统不可用时为 error，由调用者决定怎么办。 */
export const callMany = <T>(connector: string, operation: string, bodies: object[]): Outcome<T>[] =>
  call(connector, operation, bodies.map((body) => JSON.stringify(body))).map(
    (one: { tag: "ok"; val: string } | { tag: "err"; val: { tag: string; val: string } }) =>
      one.tag === "ok" ? { ok: JSON.parse(one.val) } : { error: one.val.val },
  );
