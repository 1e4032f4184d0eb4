//! Names of people: surnames as frequent as in Zhejiang, given names as the decade of birth liked them.

use crate::{data::synthetic::chance::Chance, modules::personnel::rules::id_number::Sex};

/// Surnames with their frequency in ten thousandths, the common ones of Ningbo and Shaoxing.
const SURNAMES: &[(&str, u32)] = &[
    ("陈", 900),
    ("王", 800),
    ("张", 700),
    ("徐", 400),
    ("林", 230),
    ("周", 420),
    ("李", 430),
    ("杨", 270),
    ("吴", 300),
    ("黄", 220),
    ("朱", 300),
    ("金", 220),
    ("沈", 300),
    ("郑", 230),
    ("胡", 280),
    ("毛", 150),
    ("叶", 170),
    ("俞", 130),
    ("章", 110),
    ("潘", 130),
    ("戴", 100),
    ("方", 130),
    ("钱", 120),
    ("陆", 160),
    ("邵", 90),
    ("史", 70),
    ("孙", 260),
    ("马", 110),
    ("赵", 180),
    ("刘", 250),
    ("何", 150),
    ("蒋", 110),
    ("董", 110),
    ("余", 90),
    ("罗", 90),
    ("傅", 70),
    ("童", 60),
    ("应", 60),
    ("励", 20),
    ("竺", 20),
    ("裘", 30),
    ("屠", 20),
    ("翁", 40),
    ("丁", 100),
    ("汪", 80),
    ("施", 80),
    ("严", 60),
    ("范", 70),
    ("楼", 40),
    ("虞", 30),
    ("冯", 80),
    ("夏", 70),
    ("杜", 50),
    ("姚", 70),
    ("许", 110),
    ("谢", 100),
    ("袁", 60),
    ("梁", 40),
    ("宋", 70),
    ("唐", 60),
    ("韩", 50),
    ("卢", 60),
    ("柴", 20),
    ("江", 50),
    ("洪", 50),
    ("鲍", 30),
    ("葛", 40),
    ("倪", 30),
    ("阮", 30),
    ("贺", 30),
    ("忻", 10),
    ("欧阳", 6),
    ("诸葛", 4),
    ("司徒", 2),
    ("上官", 2),
];

/// What a decade liked: the first characters of given names, then the last ones.
struct Taste(&'static str, &'static str);

const MEN: [Taste; 5] = [
    Taste("建国志永忠富根兴荣祥水爱文德宏", "国军明华平伟强良法根富荣祥水松林民康"),
    Taste("志建国永宏新立海晓文学利小亚", "军勇斌波海峰明东伟辉江平挺雷刚杰"),
    Taste("晓佳海剑文志凯丹泽宇一钟鹏", "杰磊鹏超浩俊波剑凯斌栋峰锋烨炜琦"),
    Taste("嘉天佳晨子文宇泽俊家一梓柯奕", "浩杰宇豪凯晨泽俊涛航轩恺翔睿"),
    Taste("宇浩子泽俊睿梓奕沐皓辰一嘉", "轩涵辰泽睿宸航昊然博霖晟"),
];

const WOMEN: [Taste; 5] = [
    Taste("秀亚娣凤菊美月红玉彩爱惠素建", "芬英珍娣凤菊素美月红玉珠彩君琴萍"),
    Taste("丽海亚晓雅红艳春秋小莉燕", "红燕萍霞敏芳艳君英波珍儿琴飞娜"),
    Taste("晓佳丹丽燕莹璐静海巧维", "娜燕静婷莹娟敏璐蕾丹娇琼露波"),
    Taste("佳雨思梦怡嘉心诗晨梓一静", "婷雯怡颖洁琪瑶宁佳倩妮彤"),
    Taste("梓诗雨子欣思一语沐若可奕", "涵欣怡萱彤妍瑶琪晗悦宁汐"),
];

/// A full name for somebody of this sex born in this year.
pub fn name(chance: &mut Chance, sex: Sex, birth_year: i32) -> String {
    let decade = usize::try_from((birth_year - 1960).div_euclid(10)).unwrap_or(0);
    let tastes = if sex == Sex::Male { &MEN } else { &WOMEN };
    let taste = &tastes[decade.min(tastes.len() - 1)];
    let mut name = chance.weighted(SURNAMES).unwrap_or("陈").to_owned();
    // One character was the fashion of the seventies and eighties.
    let single = [120, 330, 300, 180, 120][decade.min(4)];
    let last = chance.letter(taste.1);
    if !chance.permille(single) {
        let first = chance.letter(taste.0).filter(|first| Some(*first) != last);
        name.extend(first);
    }
    name.extend(last);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_two_to_four_characters_and_differ() {
        let mut chance = Chance::new(1, 0);
        let mut seen = std::collections::HashSet::new();
        for year in 1960..2005 {
            for sex in [Sex::Male, Sex::Female] {
                for _ in 0..20 {
                    let name = name(&mut chance, sex, year);
                    assert!((2..=4).contains(&name.chars().count()), "{name}");
                    seen.insert(name);
                }
            }
        }
        assert!(seen.len() > 1_600, "{}", seen.len());
    }
}
