import { onScore, type ScoreLine } from "./zugong";

interface Annual {
  /** 按时办结、应办结的任务数 */
  onTime: number;
  due: number;
  /** 编外人员数、编制数 */
  outside: number;
  establishment: number;
  /** 群众满意、参评人数 */
  satisfied: number;
  asked: number;
}

const points = (max: number, part: number, whole: number) => (whole > 0 ? Math.floor((max * part) / whole) : 0);

// 分值以百分之一分为单位，逢不足百分之一分舍去，两台机器算出来一样。
export const score = onScore<Annual>((_scheme, it) => {
  const lines: ScoreLine[] = [
    {
      item: "按时办结",
      points: points(4000, it.onTime, it.due),
      max: 4000,
      reason: `应办结 ${it.due} 件，按时 ${it.onTime} 件`,
    },
    {
      item: "编外占比控制",
      // 编外不超过编制的一成得满分，每多一个百分点扣 2 分，扣完为止。
      points: Math.max(0, 3000 - 200 * Math.max(0, Math.ceil((100 * it.outside) / Math.max(1, it.establishment)) - 10)),
      max: 3000,
      reason: `编外 ${it.outside} 人，编制 ${it.establishment} 名`,
    },
    {
      item: "群众满意",
      points: points(3000, it.satisfied, it.asked),
      max: 3000,
      reason: `${it.asked} 人参评，${it.satisfied} 人满意`,
    },
  ];
  return lines;
});
