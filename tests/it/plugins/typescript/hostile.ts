// What a hostile author would write: each call does what its input, or the field that is asked for, says.
import { write } from "zugong:plugin/log@1.0.0";
import { callMany } from "./connector";
import { find, getMany } from "./data";
import { onResolve, onScore, onTransition as onMove, startMatter } from "./zugong";

const MEBIBYTE = 1 << 20;
const deep = (n: number): number => 1 + deep(n + 1);
const line = (reason: string) => [{ item: "一项", points: 1, max: 1, reason }];

export const score = onScore<{ act: string }>((_scheme, it) => {
  if (it.act === "throws") throw new Error("不行");
  if (it.act === "misses") return (undefined as unknown as { lines: [] }).lines;
  if (it.act === "recurses") return line(String(deep(0)));
  if (it.act === "fills") return line(String(new Uint8Array(64 << 20).length));
  if (it.act === "loops") for (;;);
  if (it.act === "talks") return line("长".repeat(100000));
  if (it.act === "asks") return line(String(getMany("apply", ["x"]).length));
  if (it.act === "logs-many") for (let n = 0; ; n++) write(1, `第 ${n} 行`, "{}");
  if (it.act === "logs-large") {
    const red = "\u001b[31mred\r\n".repeat(MEBIBYTE / 10);
    for (let n = 0; n < 3; n++) write(1, red, "{}");
  }
  if (it.act === "logs-forged") {
    write(2, "红\u001b[31m\r\n2025-09-22 ERROR 伪造\u0007\u202e", '{"a":"\u0085\u2028"}');
  }
  return [];
});

// What is refused is answered by the kind of the refusal.
const told = (ask: () => unknown) => {
  try {
    return ask() ?? null;
  } catch (error) {
    return (error as { payload?: { tag: string } }).payload?.tag ?? "error";
  }
};

// Whatever this remembers of one call, the next one must not find.
let kept: unknown = null;

interface Asked {
  id: string;
  at: string;
  name: string;
}

export const resolve = onResolve<Asked, unknown>((field, parents) => {
  if (field === "floods") for (;;) getMany("apply", ["x"]);
  if (field === "floods-refused") for (;;) told(() => find("cadre", {}));
  if (field === "floods-systems") for (;;) callMany("hr-social", "check", [{ name: "王明" }]);
  if (field === "floods-rows") getMany("apply", Array.from({ length: 5000 }, (_, n) => String(n)));
  return parents.map((it) => {
    const before = kept;
    kept = it.id ?? it.at ?? it.name ?? "asked";
    if (field === "Query.one") return told(() => getMany("apply", [it.id])[0]);
    if (field === "Query.page") return told(() => find("apply", {}, it.at));
    if (field === "Query.other") return told(() => getMany("cadre", [it.id])[0]);
    if (field === "Query.sifted") return told(() => find("apply", { tenant_id: { ne: "x" } }));
    if (field === "Query.insured") {
      const [one] = callMany("hr-social", "check", [{ name: it.name }]);
      return "ok" in one ? one.ok : one.error;
    }
    return before;
  });
});

// Begins the matter which the configuration has at the number after the # in the case.
export const onTransition = onMove<unknown>((item, _from, _to, about) => {
  const number = /#(\d)/.exec(JSON.stringify(item))?.[1];
  const next = (about.config.next as { matter: string }[] | undefined)?.[Number(number)];
  return next ? [startMatter(next)] : [];
});
