//! Rows in the form in which they are stored, before they are.

use std::mem::take;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entities::{
    appointment, approval, attachment, blob, cadre, case_item, case_item_material, case_material, case_step,
    matter_case, party_organisation, person, personnel_effect, task, task_duty, task_step, unit, work_item,
};

use crate::kernel::{error::ApiError, tx::SystemTx};

/// Rows of one tenant, table by table in the order in which they refer to each other.
#[derive(Debug, Default, PartialEq)]
pub struct Rows {
    /// 机构
    pub units: Vec<unit::Model>,
    /// 党组织
    pub party: Vec<party_organisation::Model>,
    /// 人员
    pub persons: Vec<person::Model>,
    /// 干部
    pub cadres: Vec<cadre::Model>,
    /// 任职
    pub appointments: Vec<appointment::Model>,
    /// 审批
    pub approvals: Vec<approval::Model>,
    /// 附件内容
    pub blobs: Vec<blob::Model>,
    /// 附件
    pub attachments: Vec<attachment::Model>,
    /// 办件
    pub cases: Vec<matter_case::Model>,
    /// 联办件
    pub items: Vec<case_item::Model>,
    /// 办理过程
    pub steps: Vec<case_step::Model>,
    /// 办件材料
    pub materials: Vec<case_material::Model>,
    /// 联办件材料
    pub item_materials: Vec<case_item_material::Model>,
    /// 人员变动
    pub effects: Vec<personnel_effect::Model>,
    /// 事项
    pub work_items: Vec<work_item::Model>,
    /// 任务节点
    pub tasks: Vec<task::Model>,
    /// 任务责任
    pub duties: Vec<task_duty::Model>,
    /// 任务过程
    pub task_steps: Vec<task_step::Model>,
}

impl Rows {
    /// How many.
    pub fn count(&self) -> u64 {
        let Self { units, party, persons, cadres, appointments, approvals, blobs, attachments, .. } = self;
        let Self { cases, items, steps, materials, item_materials, effects, .. } = self;
        let Self { work_items, tasks, duties, task_steps, .. } = self;
        let places = units.len() + party.len() + persons.len() + cadres.len() + appointments.len();
        let work = approvals.len() + cases.len() + items.len() + steps.len() + effects.len();
        let files = blobs.len() + attachments.len() + materials.len() + item_materials.len();
        let trees = work_items.len() + tasks.len() + duties.len() + task_steps.len();
        (places + work + files + trees) as u64
    }

    /// Writes the units and people, and forgets them here: users are made between them and the work.
    pub async fn store_people(&mut self, tx: &SystemTx) -> Result<(), ApiError> {
        tx.load(take(&mut self.units)).await?;
        tx.load(take(&mut self.party)).await?;
        tx.load(take(&mut self.persons)).await?;
        tx.load(take(&mut self.cadres)).await?;
        tx.load(take(&mut self.appointments)).await
    }

    /// Writes the work, which refers to units, people and users.
    pub async fn store_work(&mut self, tx: &SystemTx) -> Result<(), ApiError> {
        tx.load(take(&mut self.approvals)).await?;
        tx.load(take(&mut self.blobs)).await?;
        tx.load(take(&mut self.attachments)).await?;
        tx.load(take(&mut self.cases)).await?;
        tx.load(take(&mut self.items)).await?;
        tx.load(take(&mut self.steps)).await?;
        tx.load(take(&mut self.materials)).await?;
        tx.load(take(&mut self.item_materials)).await?;
        tx.load(take(&mut self.effects)).await?;
        tx.load(take(&mut self.work_items)).await?;
        tx.load(take(&mut self.tasks)).await?;
        tx.load(take(&mut self.duties)).await?;
        tx.load(take(&mut self.task_steps)).await
    }
}

/// An instant of a civil day in Asia/Shanghai, by minutes since midnight.
pub fn at(day: NaiveDate, minute: u32) -> DateTime<Utc> {
    let minutes = i64::from(minute) - 8 * 60;
    day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::minutes(minutes)
}
