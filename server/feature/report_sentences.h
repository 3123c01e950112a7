// The sentences of a work report: SECTION(Chinese, English) and SENTENCE(Chinese, English). {key} is what a figure reads, {key
// a|b} that with the noun for one or for many, {key~} its change. A sentence that speaks of what is absent, or of nothing but
// zeros, is left out, and so is a section without any; a rate is told though it be zero, for then there was something. Only for
// feature/report_text.c.

SECTION("信访举报", "Reports")
SENTENCE("共受理信访举报{reports_received}件次{reports_received~}。",
         "{reports_received report was|reports were} received{reports_received~}.")
SENTENCE("其中检举控告类{accusations_received}件次{accusations_received~}；检举控告类中初信初访{accusations_initial}件次，占{"
         "accusations_initial_share}%。",
         "Of these, {accusations_received was an accusation|were accusations}{accusations_received~}; {accusations_initial of "
         "them was|of them were} initial, {accusations_initial_share}% of all accusations.")
SENTENCE("查实诬告陷害、扰乱信访秩序{false_accusations}件，处理{false_accusers}人，为{officials_cleared}名干部澄清正名。",
         "{false_accusations matter was|matters were} found to be false accusation or disturbance of the order of petitioning, "
         "{false_accusers person was|persons were} dealt with, and {officials_cleared official was|officials were} cleared in "
         "public.")
SECTION("走访、接访和普法", "Visits, receptions and publicity")
SENTENCE("班子成员接访{receptions}次{receptions~}，接待群众{people_received}人次，解决问题{reception_problems_solved}件。",
         "Leaders held {receptions reception|receptions}{receptions~}, received {people_received person|people} and solved "
         "{reception_problems_solved problem|problems}.")
SENTENCE("下访{down_visit_person_times}人次{down_visit_person_times~}，排查线索{down_visit_leads}件。",
         "Officers went down to the villages {down_visit_person_times time|times}{down_visit_person_times~}, which brought "
         "{down_visit_leads lead|leads}.")
SENTENCE("{publicity_officers}名监察干部开展普法宣传，发放普法资料{materials_handed_out}册。",
         "{publicity_officers officer|officers} took part in publicity of the law; {materials_handed_out copy|copies} of legal "
         "materials went to the people.")
SECTION("专项整治", "Campaigns")
SENTENCE("扶贫惠民领域立案{poverty_cases}件，处分{poverty_disciplined}人，移送司法机关{poverty_transferred}人。",
         "In poverty relief {poverty_cases case was|cases were} filed, {poverty_disciplined person was|persons were} "
         "disciplined and {poverty_transferred person was|persons were} transferred to the judiciary.")
SENTENCE("民生领域立案{livelihood_cases}件，处分{livelihood_disciplined}人，移送司法机关{livelihood_transferred}人。",
         "In matters of livelihood {livelihood_cases case was|cases were} filed, {livelihood_disciplined person was|persons "
         "were} disciplined and {livelihood_transferred person was|persons were} transferred to the judiciary.")
SENTENCE("扫黑除恶“打伞破网”立案{umbrella_cases}件，处分{umbrella_disciplined}人，移送司法机关{umbrella_transferred}人。",
         "Against protectors of organised crime {umbrella_cases case was|cases were} filed, {umbrella_disciplined person "
         "was|persons were} disciplined and {umbrella_transferred person was|persons were} transferred to the judiciary.")
SENTENCE("营商环境领域整改问题{business_problems_rectified}件，立案{business_cases}件，处分{business_disciplined}人，通报曝光{"
         "business_publicised}件。",
         "In the business environment {business_problems_rectified problem was|problems were} rectified, {business_cases case "
         "was|cases were} filed, {business_disciplined person was|persons were} disciplined and {business_publicised case "
         "was|cases were} made public.")
SENTENCE("政法系统立案{judicial_cases}件，涉及{judicial_persons}人，处分{judicial_disciplined}人。",
         "In the political and legal bodies {judicial_cases case was|cases were} filed about {judicial_persons "
         "person|persons}, and {judicial_disciplined person was|persons were} disciplined.")
SENTENCE("“微腐败”大清扫发现问题{sweep_problems}件次{sweep_problems~}，办结{sweep_concluded}件次，立案{sweep_cases}件，处分{"
         "sweep_disciplined}人，移送司法机关{sweep_transferred}人。",
         "Sweeps against petty corruption found {sweep_problems problem|problems}{sweep_problems~}; {sweep_concluded "
         "was|were} concluded, {sweep_cases case was|cases were} filed, {sweep_disciplined person was|persons were} "
         "disciplined and {sweep_transferred person was|persons were} transferred to the judiciary.")
SENTENCE("向群众反馈{sweep_reported_back}件{sweep_reported_back~}。",
         "The people were told the result of {sweep_reported_back matter|matters}{sweep_reported_back~}.")
SENTENCE("受询问群众的满意率为{sweep_satisfaction}%{sweep_satisfaction~}。",
         "{sweep_satisfaction}% of those who were asked were satisfied{sweep_satisfaction~}.")
SENTENCE("大清扫案件中，{disciplinary_reviews}人申请复审复核。",
         "{disciplinary_reviews person|persons} disciplined in sweep cases asked for a review.")
SECTION("监督执纪和教育", "Handling and education")
SENTENCE("运用监督执纪“四种形态”处置{four_forms}人次{four_forms~}，其中第一种形态占{first_form_share}%。",
         "The four forms were applied {four_forms time|times}{four_forms~}; {first_form_share}% of that was the first form.")
SENTENCE("开展警示教育，受教育{people_educated}人次；约谈党政负责人{interviews}次；表彰清风干部{commendations}人次。",
         "Warning education reached {people_educated person|people}; {interviews interview was|interviews were} held with "
         "leaders of places, and {commendations upright official was|upright officials were} commended.")
SENTENCE("发出监察建议书{recommendations}份，推动修订完善制度{institutions_revised}个。",
         "{recommendations supervisory recommendation was|supervisory recommendations were} issued, and {institutions_revised "
         "institution was|institutions were} revised in consequence.")
SENTENCE("到期的监察建议事项整改到位率为{rectification_rate}%{rectification_rate~}。",
         "{rectification_rate}% of the items due were rectified{rectification_rate~}.")
SECTION("机构和公开", "Offices and openness")
SENTENCE("期末有苏木乡镇（街道）监察办公室{township_offices}个，监察干部{office_officers}人；派驻机构{stationed_agencies}个。",
         "At the end of the period {township_offices township office was|township offices were} open with {office_officers "
         "officer|officers}, and {stationed_agencies stationed agency|stationed agencies}.")
SENTENCE("发布公告{notices_published}次，点击量{notice_views}人次；三务公开内容{disclosure_items}项。",
         "{notices_published notice was|notices were} published and viewed {notice_views time|times}; {disclosure_items "
         "disclosure item was|disclosure items were} in force.")
SENTENCE("反腐满意度测评列第{external_anticorruption_satisfaction}位{external_anticorruption_satisfaction~}。",
         "The region ranked No. {external_anticorruption_satisfaction} in satisfaction with anti-corruption "
         "work{external_anticorruption_satisfaction~}.")
SENTENCE("民生绩效测评列第{external_livelihood}位{external_livelihood~}。",
         "The region ranked No. {external_livelihood} in livelihood performance{external_livelihood~}.")
