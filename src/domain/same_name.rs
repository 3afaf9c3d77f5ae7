//! Whether two names are one name written differently: full-width letters, blanks and brackets, traditional characters.

/// Traditional characters that occur in names of colleges and enterprises, each followed by its simplified form.
const SIMPLIFIED: &str = "學学職职業业術术專专長长東东電电機机車车農农醫医藥药師师範范國国際际經经貿贸財财鐵铁遼辽寧宁廣广雲云龍龙連连陽阳蘭兰濱滨陝陕內内灣湾華华漢汉語语藝艺體体軍军總总黨党團团聯联聖圣實实驗验縣县鄉乡區区鎮镇島岛嶺岭畢毕興兴豐丰慶庆榮荣偉伟貴贵萬万億亿雙双藍蓝綠绿銀银錢钱鋼钢鐘钟錦锦鄭郑鄧邓趙赵陳陈韓韩馬马黃黄齊齐龜龟蘇苏贛赣濟济滬沪瀋沈營营錫锡無无來来門门開开關关發发達达環环護护設设計计訓训練练習习測测試试統统級级網网絡络緯纬續续產产動动務务勞劳衛卫飛飞場场數数據据時时書书會会條条樓楼橋桥氣气滅灭為为熱热爾尔現现監监礦矿種种類类紡纺織织維维義义萊莱葉叶蒼苍處处視视觀观診诊調调證证質质資资輕轻輪轮轉转郵邮鄰邻釀酿針针鑄铸閩闽陸陆隊队雜杂難难韻韵須须預预領领風风養养館馆駐驻駕驾騰腾鹽盐製制築筑運运輸输園园樂乐創创裝装飾饰構构貨货銷销飲饮糧粮協协愛爱遠远莊庄獸兽漁渔畫画劇剧戲戏訊讯遊游儀仪儲储倉仓軌轨艦舰幣币稅税審审鋁铝紅红優优獨独戰战輔辅燈灯淨净潔洁擇择進进勝胜誠诚廬庐塊块壩坝灘滩濕湿澤泽瓊琼礎础聲声舊旧號号補补觸触讀读貝贝賓宾賽赛贊赞躍跃邊边鋒锋錄录鍋锅鍛锻闊阔階阶險险頓顿頻频顯显饗飨騎骑鮮鲜鳳凤麗丽鶴鹤鷹鹰";

fn simplified(c: char) -> char {
    // Below, nothing is a Han character.
    if c < '\u{4e00}' {
        return c;
    }
    let mut pairs = SIMPLIFIED.chars();
    while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
        if from == c {
            return to;
        }
    }
    c
}

/// What is left of a name when nothing matters but its letters, digits and characters.
pub fn name_key(name: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        other => other,
    };
    name.chars().map(half).filter(|c| c.is_alphanumeric()).map(simplified).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_written_differently_has_one_key() {
        let key = name_key("长春职业技术学院（ABC校区）");
        for same in [
            "長春職業技術學院(ABC校區)",
            "长春职业技术学院 (ａｂｃ校区)",
            "长春 职业技术学院[Abc校区]",
            "长春·职业技术学院ABC校区",
        ] {
            assert_eq!(name_key(same), key, "{same}");
        }
        assert_eq!(name_key("吉林大學"), name_key("吉林大学"));
        assert_eq!(name_key("雲嶺先進製造職業技術學院"), name_key("云岭先进制造职业技术学院"));
        assert_eq!(name_key("建築園林運輸音樂學校"), name_key("建筑园林运输音乐学校"));
        for other in ["长春职业技术学院", "长春职业技术大学（ABC校区）", "长春职业技术学院（ABD校区）"]
        {
            assert_ne!(name_key(other), key, "{other}");
        }
    }

    #[test]
    fn the_table_is_of_pairs() {
        assert_eq!(SIMPLIFIED.chars().count() % 2, 0);
    }
}
