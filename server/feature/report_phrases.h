// What a work report says besides its sentences: PHRASE(name, Chinese, English). {key} and {key a|b} are as in
// report_sentences.h, %s what is put in by its place. Only for feature/report_text.c.

PHRASE(TITLE, "%s监察工作报告", "Work report: %s")
PHRASE(PERIOD, "统计期间：%s至%s。", "From %s to %s.")
PHRASE(DAY, "统计日期：%s。", "On %s.")
PHRASE(NARROWED, "本报告仅统计编制人权限范围内的地区。",
       "Only a part of the region was counted: what lies within the author's grants.")

// Changes: the number, what stands between it and its unit, the unit.
PHRASE(AS_BEFORE, "（与上年同期持平）", " (as in the year before)")
PHRASE(UP, "（同比上升%s%s%s）", " (up %s%s%s on the year before)")
PHRASE(DOWN, "（同比下降%s%s%s）", " (down %s%s%s on the year before)")
PHRASE(BETTER, "（较上年前进%s%s%s）", " (%s%s%s better than in the year before)")
PHRASE(WORSE, "（较上年后退%s%s%s）", " (%s%s%s worse than in the year before)")
PHRASE(PLACE, "位", "place")
PHRASE(PLACES, "位", "places")

// Where to look.
PHRASE(WHERE_TO_LOOK, "值得关注", "Where to look")
PHRASE(NO_TYPE, "未注明类型", "no stated type")
PHRASE(TYPE_AND_CAUSE, "%s（%s）", "%s (%s)")
PHRASE(HOT_SPOT,
       "{region}信访举报中，{subject}{received}件次，明显偏多：按上年推算约{past}件次，按周边地区推算约{neighbours}件次。",
       "{region} received {received report|reports} of {subject}, where its own past year suggests {past} and its neighbours "
       "{neighbours}.")
PHRASE(AND, "、", ", ")
PHRASE(TOWNSHIP, "%s（%s件次）", "%s (%s)")
PHRASE(TOWNSHIPS, "信访举报较多的乡镇有{townships}。", "Most reports came from {townships}.")
PHRASE(REPEATED, "重复访{repeated}件次，占{repeated_share}；越级访{skipping}件次，占{skipping_share}。",
       "{repeated report was|reports were} repeated ({repeated_share} of all), and {skipping skipped|skipped} a level "
       "({skipping_share}).")
PHRASE(OPEN, "目前在办线索{open}件，其中受理超过三个月的{quarter}件、超过一年的{year}件。",
       "{open lead is|leads are} open today; {quarter was|were} received more than three months ago, and {year} of these more "
       "than a year ago.")
PHRASE(ITEMS_OVERDUE, "目前逾期未整改到位的监察建议事项{items}项。",
       "{items item of a recommendation is|items of recommendations are} overdue today.")
PHRASE(UNVISITED, "{villages}个嘎查村（社区）中，本期有{unvisited}个未走访。",
       "Of {villages village|villages}, {unvisited was|were} not visited in the period.")

// The table.
PHRASE(ALL_FIGURES, "指标一览", "All figures")
PHRASE(FIGURE, "指标", "Figure")
PHRASE(UNIT, "单位", "Unit")
PHRASE(NOW, "本期", "This period")
PHRASE(BEFORE, "上年同期", "The year before")
PHRASE(CHANGE, "同比", "Change")
PHRASE(ABSENT, "—", "–")
PHRASE(DASH, "“—”表示数量过少或可据以推算出此类数量而不予显示，或者无可比基数、未录入。",
       "A dash stands for a count that is too small to be told or would show such a one, for what cannot be compared, and for "
       "what was not "
       "entered.")
