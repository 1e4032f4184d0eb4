// 读取平台的数据。用到时在 wit/plugin.wit 的 world 中加一行 import core; 并在清单的 [capabilities] 中申请 core。
// @ts-ignore 由平台提供
import { read as ask } from "zugong:plugin/core@1.0.0";

/** 按标识读取一个核心类型的对象：只有授予的字段，只有操作人看得到的对象。 */
export const read = <T extends { id: string }>(view: "Cadre" | "Case" | "Unit", ids: string[]): T[] =>
  ask(view, ids).map((text: string) => JSON.parse(text));
