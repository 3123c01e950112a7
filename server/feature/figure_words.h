// The table of figures as users read them: FIGURE(key, unit, Chinese name, English name, Chinese definition, English
// definition), in the order of the report. UNIT(unit, Chinese, English). Only for feature/figures.c.

#ifdef UNIT
UNIT(MATTERS, "件", "matters")
UNIT(MATTER_TIMES, "件次", "matters, repeats counted")
UNIT(PERSONS, "人", "persons")
UNIT(PERSON_TIMES, "人次", "persons, repeats counted")
UNIT(PIECES, "个", "number")
UNIT(COPIES, "册", "copies")
UNIT(TIMES, "次", "times")
UNIT(ITEMS, "项", "items")
UNIT(LETTERS, "份", "documents")
UNIT(PERCENT, "%", "%")
UNIT(RANK, "位", "place")
#endif

#ifdef FIGURE
FIGURE(reports_received, MATTER_TIMES, "受理信访举报", "Reports received",
       "来信、来访、网络、电话、下访、接访及交办转办的信访举报，不含检查发现和不予受理的；按收到日期",
       "Reports by letter, in person, web, phone, down-visit, reception and transfer from outside; without those found at "
       "inspections and those declined; by the day received")
FIGURE(reports_change, PERCENT, "受理信访举报同比", "Change of reports received", "（本期受理 − 上年同期受理）÷ 上年同期受理",
       "(Received now − in the same period a year before) ÷ the latter")
FIGURE(reports_change_year_1, PERCENT, "上一年度受理信访举报同比", "Change of reports received, the year before",
       "本期所在年度的上一整年，与再上一年相比", "The full year before the period's, against the one before it")
FIGURE(reports_change_year_2, PERCENT, "再上一年度受理信访举报同比", "Change of reports received, two years before",
       "上一年度的前一整年，与其上一年相比", "The full year before that one, against the one before it")
FIGURE(external_anticorruption_satisfaction, RANK, "反腐满意度位次", "Rank in satisfaction with anti-corruption work",
       "外部测评，按测评年度录入并注明来源", "By others; entered with its source, by the year rated")
FIGURE(external_livelihood, RANK, "民生绩效位次", "Rank in livelihood performance", "外部测评，按测评年度录入并注明来源",
       "By others; entered with its source, by the year rated")
FIGURE(materials_handed_out, COPIES, "发放普法资料", "Legal materials handed out", "普法宣传和下访中发放的资料；按走访开始日期",
       "Copies handed out on publicity visits and down-visits; by the visit's start")
FIGURE(publicity_officers, PERSONS, "普法监察干部", "Officers on publicity visits",
       "参加普法宣传的监察干部，每人计一次；按走访开始日期",
       "Officers who took part in publicity visits, each once; by the visit's start")
FIGURE(township_offices, PIECES, "监察办公室", "Township supervisory offices", "期末运行的苏木乡镇（街道）监察办公室",
       "Supervisory offices of townships that are open at the period's end")
FIGURE(office_officers, PERSONS, "监察干部", "Officers of township offices", "期末上述监察办公室中账号启用的干部",
       "Members of those offices with an enabled account at the period's end")
FIGURE(stationed_agencies, PIECES, "派驻机构", "Stationed agencies", "期末运行的派驻机构", "Agencies open at the period's end")
FIGURE(notices_published, TIMES, "发布公告", "Notices published", "公告；按发布日期",
       "Publications of kind notice; by the day published")
FIGURE(notice_views, PERSON_TIMES, "公告点击量", "Views of notices", "上述公告的点击量合计", "The views of those notices")
FIGURE(receptions, TIMES, "班子成员接访", "Receptions held by leaders", "由领导主持的接访；按开始日期",
       "Reception visits led by a leader; by the visit's start")
FIGURE(people_received, PERSON_TIMES, "接待群众", "People received", "上述接访接待的群众", "People met at those receptions")
FIGURE(reception_problems_solved, MATTERS, "接访解决问题", "Problems solved at receptions",
       "上述接访现场解决的问题，以及由此产生、处置结果为问题已解决的线索，每件计一次；按接访开始日期",
       "Problems solved on the spot and leads from those receptions with the outcome problem solved, each once; by the visit's "
       "start")
FIGURE(down_visit_person_times, PERSON_TIMES, "下访", "Officers on down-visits", "每次下访的参加人员合计；按走访开始日期",
       "Those who went, summed over down-visits; by the visit's start")
FIGURE(down_visit_leads, MATTERS, "下访排查线索", "Leads from down-visits", "下访中产生的线索，并案计一件；按走访开始日期",
       "Leads that came from down-visits, linked ones once; by the visit's start")
FIGURE(poverty_cases, MATTERS, "扶贫惠民领域立案", "Poverty relief: cases filed", "扶贫惠民领域专项整治的案件；按立案日期",
       "Cases of campaigns of this domain; by the day filed")
FIGURE(poverty_disciplined, PERSONS, "扶贫惠民领域处分", "Poverty relief: persons disciplined",
       "上述专项整治案件中受处分的人；按决定日期", "Persons disciplined in cases of those campaigns; by the day decided")
FIGURE(poverty_transferred, PERSONS, "扶贫惠民领域移送司法机关", "Poverty relief: persons transferred to the judiciary",
       "上述专项整治案件中移送司法机关的人；按移送日期",
       "Persons transferred in cases of those campaigns; by the day transferred")
FIGURE(livelihood_cases, MATTERS, "民生领域立案", "Livelihood: cases filed", "民生领域专项整治的案件；按立案日期",
       "Cases of campaigns of this domain; by the day filed")
FIGURE(livelihood_disciplined, PERSONS, "民生领域处分", "Livelihood: persons disciplined",
       "上述专项整治案件中受处分的人；按决定日期", "Persons disciplined in cases of those campaigns; by the day decided")
FIGURE(livelihood_transferred, PERSONS, "民生领域移送司法机关", "Livelihood: persons transferred to the judiciary",
       "上述专项整治案件中移送司法机关的人；按移送日期",
       "Persons transferred in cases of those campaigns; by the day transferred")
FIGURE(umbrella_cases, MATTERS, "打伞破网立案", "Protective umbrellas: cases filed",
       "扫黑除恶“打伞破网”专项整治的案件；按立案日期", "Cases of campaigns of this domain; by the day filed")
FIGURE(umbrella_disciplined, PERSONS, "打伞破网处分", "Protective umbrellas: persons disciplined",
       "上述专项整治案件中受处分的人；按决定日期", "Persons disciplined in cases of those campaigns; by the day decided")
FIGURE(umbrella_transferred, PERSONS, "打伞破网移送司法机关", "Protective umbrellas: persons transferred to the judiciary",
       "上述专项整治案件中移送司法机关的人；按移送日期",
       "Persons transferred in cases of those campaigns; by the day transferred")
FIGURE(business_problems_rectified, MATTERS, "营商环境整改问题", "Business environment: problems rectified",
       "营商环境专项整治检查发现、处置结果为问题已解决的线索，并案计一件；按办结日期",
       "Leads found at inspections of campaigns of this domain with the outcome problem solved, linked ones once; by the day "
       "concluded")
FIGURE(business_cases, MATTERS, "营商环境立案", "Business environment: cases filed", "营商环境专项整治的案件；按立案日期",
       "Cases of campaigns of this domain; by the day filed")
FIGURE(business_disciplined, PERSONS, "营商环境处分", "Business environment: persons disciplined",
       "上述专项整治案件中受处分的人；按决定日期", "Persons disciplined in cases of those campaigns; by the day decided")
FIGURE(business_publicised, MATTERS, "营商环境通报曝光", "Business environment: cases publicised",
       "上述专项整治中通报曝光的案件；按公布日期", "Cases of those campaigns that were publicised; by the day published")
FIGURE(judicial_cases, MATTERS, "政法系统立案", "Political and legal bodies: cases filed", "政法系统专项整治的案件；按立案日期",
       "Cases of campaigns of this domain; by the day filed")
FIGURE(judicial_persons, PERSONS, "政法系统立案涉及人员", "Political and legal bodies: persons in these cases",
       "上述案件涉及的人；按立案日期", "Persons in those cases; by the day filed")
FIGURE(judicial_disciplined, PERSONS, "政法系统处分", "Political and legal bodies: persons disciplined",
       "上述专项整治案件中受处分的人；按决定日期", "Persons disciplined in cases of those campaigns; by the day decided")
FIGURE(four_forms, PERSON_TIMES, "四种形态处置", "Handlings by the four forms", "经批准的处置；按决定日期",
       "Approved handlings by any of the forms; by the day decided")
FIGURE(first_form_share, PERCENT, "第一种形态占比", "Share of the first form", "第一种形态 ÷ 四种形态处置",
       "Handlings by the first form ÷ all")
FIGURE(people_educated, PERSON_TIMES, "警示教育", "People reached by warning education", "警示教育活动的受教育人次；按举办日期",
       "People reached, summed over education events; by the day held")
FIGURE(sweep_problems, MATTER_TIMES, "“微腐败”大清扫发现问题", "Sweeps: problems found", "大清扫各轮次的线索；按收到日期",
       "Leads of sweep rounds; by the day received")
FIGURE(sweep_concluded, MATTER_TIMES, "“微腐败”大清扫办结", "Sweeps: concluded", "大清扫各轮次办结的线索；按办结日期",
       "Leads of sweep rounds that were concluded; by the day concluded")
FIGURE(sweep_cases, MATTERS, "“微腐败”大清扫立案", "Sweeps: cases filed", "大清扫各轮次的案件；按立案日期",
       "Cases of sweep rounds; by the day filed")
FIGURE(sweep_disciplined, PERSONS, "“微腐败”大清扫处分", "Sweeps: persons disciplined", "上述案件中受处分的人；按决定日期",
       "Persons disciplined in cases of sweep rounds; by the day decided")
FIGURE(sweep_transferred, PERSONS, "“微腐败”大清扫移送司法机关", "Sweeps: persons transferred to the judiciary",
       "上述案件中移送司法机关的人；按移送日期", "Persons transferred in cases of sweep rounds; by the day transferred")
FIGURE(sweep_reported_back, MATTERS, "“微腐败”大清扫反馈", "Sweeps: reported back",
       "已向群众反馈结果的大清扫线索，并案计一件；按反馈日期",
       "Leads of sweep rounds whose result was told, linked ones once; by the day told")
FIGURE(sweep_satisfaction, PERCENT, "“微腐败”大清扫满意率", "Sweeps: satisfaction",
       "（非常满意 + 满意）÷ 已询问的反馈；按反馈日期", "(Very satisfied + satisfied) ÷ those asked; by the day told")
FIGURE(false_accusations, MATTERS, "诬告陷害、扰乱信访秩序", "False accusations and disturbances",
       "处置结果为诬告陷害或扰乱信访秩序的线索，并案计一件；按办结日期",
       "Leads concluded as false accusation or disturbing the order of petitioning, linked ones once; by the day concluded")
FIGURE(false_accusers, PERSONS, "处理诬告陷害人员", "Persons dealt with for these", "上述线索中受到处理的人；按办结日期",
       "Persons dealt with by those conclusions; by the day concluded")
FIGURE(officials_cleared, PERSONS, "澄清正名", "Officials cleared", "公开澄清正名的干部；按澄清日期",
       "Officials cleared in public; by the day cleared")
FIGURE(disciplinary_reviews, PERSONS, "复审复核", "Persons who asked for a review",
       "大清扫案件中受处分后申请复审复核的人；按申请日期",
       "Persons disciplined in sweep cases who asked for a review; by the day asked")
FIGURE(disclosure_items, ITEMS, "三务公开内容", "Disclosure items", "期末有效的三务公开内容",
       "Disclosure items in force at the period's end")
FIGURE(interviews, TIMES, "约谈党政负责人", "Interviews of leaders of places", "约谈；按约谈日期",
       "Interviews; by the day held")
FIGURE(recommendations, LETTERS, "监察建议书", "Supervisory recommendations", "发出的监察建议书；按发出日期",
       "Recommendations issued; by the day issued")
FIGURE(institutions_revised, PIECES, "修订完善制度", "Institutions revised", "依监察建议修订完善的制度；按修订日期",
       "Institutions revised after recommendations; by the day revised")
FIGURE(rectification_rate, PERCENT, "整改到位率", "Rectification rate", "期内到期的建议事项中期末前核实整改到位的比例",
       "Items verified as rectified before the period's end ÷ items due in the period")
FIGURE(commendations, PERSON_TIMES, "清风干部", "Commendations", "表彰清风干部；按表彰日期",
       "Commendations of upright officials; by the day given")
FIGURE(accusations_received, MATTER_TIMES, "检举控告类", "Accusations received", "受理信访举报中的检举控告；按收到日期",
       "Of the reports received those of class accusation; by the day received")
FIGURE(accusations_initial, MATTER_TIMES, "检举控告类初信初访", "Initial accusations", "其中初信初访；按收到日期",
       "Of those the initial ones; by the day received")
FIGURE(accusations_initial_share, PERCENT, "检举控告类初信初访占比", "Share of initial accusations",
       "检举控告类初信初访 ÷ 检举控告类", "Initial accusations ÷ accusations received")
#endif
