//! The units of a city or district as data: what there is, what it does, how large it is.

use entities::values::{
    UnitKind::{
        self, MassOrganisation as Mass, Organ, PublicInstitution as Public, ReferencedInstitution as Referenced,
    },
    UnitSequence::{self, CongressAndMass as Congress, Government, Institution, Party},
};

/// An agency of the standard matters (H-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Agency {
    /// 组织部
    Organisation,
    /// 编办
    Establishment,
    /// 人社（养老、年金）
    SocialSecurity,
    /// 医保
    MedicalInsurance,
    /// 公积金
    HousingFund,
    /// 财政（统发）
    Finance,
    /// 机关事务
    Affairs,
    /// 公安（户籍）
    PublicSecurity,
}

impl Agency {
    /// All of them, the seven of the retirement matter first, in the order of the rulebook.
    pub const ALL: [Self; 8] = [
        Self::Organisation,
        Self::Establishment,
        Self::SocialSecurity,
        Self::MedicalInsurance,
        Self::HousingFund,
        Self::Finance,
        Self::Affairs,
        Self::PublicSecurity,
    ];
}

/// One unit in words.
pub(super) struct Spec {
    /// Name without the place.
    pub name: &'static str,
    /// Short name.
    pub short: &'static str,
    /// Sequence.
    pub sequence: UnitSequence,
    /// Kind.
    pub kind: UnitKind,
    /// Internal offices; `*` stands for 处 in a city and 科 in a district.
    pub offices: &'static [&'static str],
    /// How many people it has, compared with others.
    pub weight: u32,
    /// Which agency of the standard matters it is.
    pub agency: Option<Agency>,
    /// The short name of the unit it belongs to; none: the city or district itself.
    pub under: Option<&'static str>,
}

macro_rules! specs {
    ($($sequence:ident $kind:ident $weight:literal $name:literal $short:literal [$($office:literal)*] $($agency:ident)? $(< $under:literal)?;)+) => {
        &[$(Spec {
            name: $name,
            short: $short,
            sequence: $sequence,
            kind: $kind,
            offices: &[$($office),*],
            weight: $weight,
            agency: specs!(@option Agency $($agency)?),
            under: specs!(@text $($under)?),
        }),+]
    };
    (@option Agency) => { None };
    (@option Agency $agency:ident) => { Some(Agency::$agency) };
    (@text) => { None };
    (@text $under:literal) => { Some($under) };
}

/// The organs, mass organisations and institutions that a city and a district both have.
pub(super) const UNITS: &[Spec] = specs![
    Party Organ 6 "纪律检查委员会监察委员会机关" "纪委监委" ["办公室" "组织部" "党风政风监督室" "第一纪检监察室"];
    Party Organ 3 "委办公室" "党委办" ["综合*" "信息*" "督查室"];
    Party Organ 4 "委组织部" "组织部" ["办公室" "干部一*" "公务员*" "组织*"] Organisation;
    Party Organ 3 "委宣传部" "宣传部" ["办公室" "理论*" "新闻*"];
    Party Organ 2 "委统一战线工作部" "统战部" ["办公室" "党派*"];
    Party Organ 2 "委政法委员会" "政法委" ["办公室" "综治督导*"];
    Party Organ 2 "委社会工作部" "社会工作部" ["办公室" "基层治理*"];
    Party Organ 2 "委机构编制委员会办公室" "编办" ["综合*" "机关编制*" "事业编制*"] Establishment;
    Party Organ 2 "直属机关工作委员会" "机关工委" ["办公室" "组织*"];
    Party Referenced 1 "委老干部局" "老干部局" ["办公室"] < "组织部";
    Institution Referenced 2 "委党校（行政学校）" "党校" ["办公室" "教务*"];
    Government Organ 4 "人民政府办公室" "政府办" ["综合一*" "综合二*" "督查室"];
    Government Organ 4 "发展和改革局" "发改局" ["办公室" "综合*" "投资*"];
    Government Organ 3 "经济和信息化局" "经信局" ["办公室" "运行*"];
    Government Organ 4 "教育局" "教育局" ["办公室" "人事*" "基础教育*"];
    Government Organ 2 "科学技术局" "科技局" ["办公室" "规划*"];
    Government Organ 14 "公安局" "公安局" ["指挥中心" "政治部" "治安支队" "法制*"] PublicSecurity;
    Government Organ 3 "民政局" "民政局" ["办公室" "养老服务*"];
    Government Organ 3 "司法局" "司法局" ["办公室" "行政复议*"];
    Government Organ 5 "财政局" "财政局" ["办公室" "预算*" "国库支付*"] Finance;
    Government Organ 5 "人力资源和社会保障局" "人社局" ["办公室" "养老保险*" "工资福利*" "事业人员*"] SocialSecurity;
    Government Organ 4 "自然资源和规划局" "资规局" ["办公室" "用途管制*"];
    Government Organ 3 "生态环境局" "环境局" ["办公室" "大气*"];
    Government Organ 4 "住房和城乡建设局" "住建局" ["办公室" "建筑业*" "物业*"];
    Government Organ 4 "综合行政执法局" "执法局" ["办公室" "指挥协调*"];
    Government Organ 3 "交通运输局" "交通局" ["办公室" "运输*"];
    Government Organ 3 "水利局" "水利局" ["办公室" "水资源*"];
    Government Organ 3 "农业农村局" "农业农村局" ["办公室" "产业*"];
    Government Organ 3 "商务局" "商务局" ["办公室" "外贸*"];
    Government Organ 3 "文化广电旅游局" "文广旅游局" ["办公室" "公共服务*"];
    Government Organ 4 "卫生健康局" "卫健局" ["办公室" "医政*"];
    Government Organ 2 "退役军人事务局" "退役军人局" ["办公室" "移交安置*"];
    Government Organ 3 "应急管理局" "应急局" ["办公室" "指挥中心"];
    Government Organ 3 "审计局" "审计局" ["办公室" "财政审计*"];
    Government Organ 6 "市场监督管理局" "市场监管局" ["办公室" "注册许可*" "食品*"];
    Government Organ 2 "统计局" "统计局" ["办公室" "核算*"];
    Government Organ 3 "医疗保障局" "医保局" ["办公室" "待遇保障*" "基金监管*"] MedicalInsurance;
    Government Organ 2 "数据局" "数据局" ["综合*" "数据资源*"];
    Government Organ 2 "信访局" "信访局" ["办公室" "接访*"];
    Congress Organ 3 "人民代表大会常务委员会机关" "人大机关" ["办公室" "代表工作委员会"];
    Congress Organ 3 "政治协商会议委员会机关" "政协机关" ["办公室" "提案委员会"];
    Congress Mass 2 "总工会" "总工会" ["办公室" "权益保障部"];
    Congress Mass 1 "共产主义青年团委员会" "团委" ["办公室"];
    Congress Mass 1 "妇女联合会" "妇联" ["办公室"];
    Congress Mass 1 "残疾人联合会" "残联" ["办公室"];
    Congress Mass 1 "科学技术协会" "科协" ["办公室"];
    Institution Public 3 "住房公积金管理中心" "公积金中心" ["综合*" "归集提取*"] HousingFund;
    Institution Referenced 3 "机关事务服务中心" "机关事务中心" ["综合*" "公务用车*" "一卡通服务*"] Affairs;
    Institution Referenced 4 "社会保险管理服务中心" "社保中心" ["机关养老*" "职业年金*"] < "人社局";
    Institution Referenced 3 "医疗保障事业管理中心" "医保中心" ["参保*" "结算*"] < "医保局";
    Institution Public 5 "第一中学" "一中" ["教务处" "总务处"] < "教育局";
    Institution Public 5 "实验小学" "实验小学" ["教导处"] < "教育局";
    Institution Public 7 "第一医院" "第一医院" ["院办公室" "护理部" "门诊部"] < "卫健局";
    Institution Public 2 "疾病预防控制中心" "疾控中心" ["综合*"] < "卫健局";
    Institution Public 2 "图书馆" "图书馆" ["读者服务部"] < "文广旅游局";
    Institution Public 2 "就业管理中心" "就业中心" ["综合*"] < "人社局";
];

/// The offices of a town or street.
pub(super) const TOWN_OFFICES: &[&str] = &["党政综合办公室", "党建工作办公室", "平安法治办公室", "公共服务办公室"];
/// The institution of a town or street.
pub(super) const TOWN_CENTRE: &str = "便民服务中心";
