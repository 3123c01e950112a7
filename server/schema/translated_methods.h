// What the API's documents say of services and methods in Chinese: SERVICE(service, text), METHOD(service, method, text). In
// English they say the comments of proto/. All of them stand here (tests/unit/translation.c). Only for schema/translation.c.

SERVICE(
    ApprovalService,
    "须由第二人同意的事项在此等待。提出事项的方法立即返回审批编号，此时尚未生效；批准即执行。提出人和所涉及的人都不能作决定。"
    "14 天内无人决定的自动过期。")
METHOD(ApprovalService, ListApprovals,
       "列出本人提出的、可由本人决定或已由本人决定的、涉及本人的审批；审计员可查看除线索以外的全部。最新的在前。")
METHOD(ApprovalService, GetApproval, "查看一项审批：要做什么、由谁提出、结果如何。")
METHOD(ApprovalService, Approve,
       "批准并执行所提出的事项。已无法执行的予以拒绝（FAILED_PRECONDITION，附原因），事项继续等待，可以驳回或撤回。")
METHOD(ApprovalService, Refuse, "驳回，须说明理由。")
METHOD(ApprovalService, Withdraw, "撤回本人提出的事项。")

SERVICE(AuditService, "查阅和验证审计记录。每次查阅本身也记入审计。")
METHOD(AuditService, ListAudit, "列出审计记录，最新的在前。")
METHOD(AuditService, Verify,
       "将审计记录、业务记录和数据库结构与封存逐一核对，并与先前导出的封存核对。需读取全部内容；超出一次调用时限的，用 "
       "`zoufang audit verify` 完成。")
METHOD(AuditService, GetLatestSeal, "最新的封存，应保存在任何能写数据库的人都不能写的地方。尚无封存时返回 NOT_FOUND。")

SERVICE(AuthService, "会话属于设备。调用时以 `Authorization: Bearer TOKEN` 携带访问令牌。")
METHOD(AuthService, Login, "在一台设备上登录。同一设备再次登录即取代原会话。")
METHOD(AuthService, Refresh,
       "用刷新令牌换取新令牌。在新令牌首次使用之前，旧令牌在同一设备上仍有效，因此丢失一次应答不会把人锁在外面；在此之前已被取"
       "代的令牌再次使用，会话即终止。")
METHOD(AuthService, Enrol,
       "凭已确认的一次性验证码（PeopleService.EnrolUser）设置密码，并在本设备登录。验证失败者须等待，与登录相同。")
METHOD(AuthService, Logout, "结束本次调用所属的会话。")
METHOD(AuthService, WhoAmI, "查看当前调用人及其授权。")
METHOD(AuthService, ChangePassword, "修改本人密码，并结束本人的其他会话。")
METHOD(AuthService, ListSessions, "查看本人已登录的设备。")
METHOD(AuthService, RevokeSession, "立即注销本人的一台设备。")

SERVICE(CalendarService, "节假日和调休工作日。登录后均可查看，由管理员维护。此前已确定的期限不变。")
METHOD(CalendarService, ListHolidays, "按日期列出与周历不同的日子。")
METHOD(CalendarService, SetHoliday, "规定某一天是休息日还是工作日。再次规定即取代先前的规定。")

SERVICE(CampaignService, "专项整治及其排查轮次。走访、线索和计划可以归入某一专项。监督其全部区划的领导可以维护；在其中、其上或"
                         "其下区划工作的人员可以查看。")
METHOD(CampaignService, CreateCampaign, "启动一项专项整治。")
METHOD(CampaignService, GetCampaign, "查看一项专项整治。")
METHOD(CampaignService, ListCampaigns, "列出可以查看的专项整治，最新启动的在前。")
METHOD(CampaignService, UpdateCampaign, "修改掩码所列的字段。")
METHOD(CampaignService, WithdrawCampaign,
       "撤销一项专项整治，须说明理由：仍可查看，不再计入统计。已有走访、线索或计划归入的不能撤销。")

SERVICE(CaseService, "立案。案件由承办人（即首个线索的承办人）和所在区划的监督领导办理；在其任一线索中被反映的人或案件所涉人员"
                     "，永远不会知悉。处置由一人提出，另一人批准。")
METHOD(CaseService, CreateCase, "对一条或多条线索立案。第一条线索决定案件归属。")
METHOD(CaseService, GetCase, "查看一个案件及其线索、人员、处置和复审复核。")
METHOD(CaseService, ListCases, "列出可以查看的案件，最新立案的在前：仅为摘要，不含姓名。")
METHOD(CaseService, AddCaseLead, "将一条线索并入案件。一条线索最多属于一个案件。")
METHOD(CaseService, AddCasePerson, "为案件增加一名人员。若匹配为本系统用户，该用户从此看不到本案。")
METHOD(CaseService, ConfirmSamePerson, "认定两人为同一人：此后按一人统计。由人认定，不由计算机认定。")
METHOD(CaseService, ProposeHandling, "提出对人员的处置：四种形态之一，以及处分和移送（如有）。")
METHOD(CaseService, ApproveHandling, "批准所提处置：由本区划监督领导批准，且不得是提出人。批准即终局，每人一项。")
METHOD(CaseService, RecordReview, "登记受处分人申请复审复核，或其结果。")
METHOD(CaseService, ListCaseEvents, "按时间顺序列出案件经过。与查看案件一样记入审计。")

SERVICE(CommendationService, "清风干部：每人每次表彰一条记录。由机构所在区划的监督领导登记，在该区划工作的人员可以查看。")
METHOD(CommendationService, CreateCommendation, "登记一项表彰。")
METHOD(CommendationService, GetCommendation, "查看一项表彰。")
METHOD(CommendationService, ListCommendations, "列出可以查看的表彰，最新的在前。")
METHOD(CommendationService, UpdateCommendation, "修改掩码所列的字段。")
METHOD(CommendationService, WithdrawCommendation, "撤销一项表彰，须说明理由：仍可查看，不再计入统计。")

SERVICE(EducationService, "警示教育活动及受教育人数。由机构所在区划的监督领导登记，在该区划工作的人员可以查看。")
METHOD(EducationService, CreateEducation, "登记一次活动。")
METHOD(EducationService, GetEducation, "查看一次活动。")
METHOD(EducationService, ListEducations, "列出可以查看的活动，最新的在前。")
METHOD(EducationService, UpdateEducation, "修改掩码所列的字段。")
METHOD(EducationService, WithdrawEducation, "撤销一次活动，须说明理由：仍可查看，不再计入统计。")

SERVICE(ExportService, "导出。监督领导可导出其列表中所见的内容，均为同一时刻的状态。开始和结束都记入审计。gRPC 分块传送，REST "
                       "以正文传送；中断的文件不完整，不得使用。")
METHOD(ExportService, ExportLeads, "导出 ListLeads 所列的全部线索。不含保密线索的反映内容；除用户外不含任何人的姓名。")
METHOD(ExportService, ExportVisits, "导出 ListVisits 所列的全部走访。")

SERVICE(FigureService,
        "统计：某一区划（含下级）、某一期间（按本地日期）的数据。统计范围以调用人作为监督领导或分析员的授权为限；小于所请求范围"
        "时在结果中说明。"
        "监督领导可见除须回避线索以外的全部数据；分析员看不到小数目及可由此推出的数目，且所有分析员与公众所见相同。")
METHOD(FigureService, GetWorkReport,
       "工作报告：各项数据及上年同期数、同比；指定格式时同时生成文档。通过 REST "
       "调用时，文档即为全部应答。分析员只能查询已结束的完整年度、旗县区及以上区划。")
METHOD(FigureService, Breakdown,
       "按最多三个维度统计，附各维度小计和合计。最多 10,000 行，超出则拒绝，请缩小区划、缩短期间或减少维度。")
METHOD(FigureService, HotSpots,
       "热点：某类问题及事由的线索数高于本地上年同期和周边区划所预期的地方。分析员按问题类型或事由、以其可见数目计算。")
METHOD(FigureService, RankRegions,
       "排名：按收到线索、超期、满意度或走访村数对旗县区或乡镇排序；分析员只能按收到线索或走访村数。")
METHOD(FigureService, Backlog, "积案：目前未办结线索的存续时间、各步骤用时、有超期的机构。分析员只能查看各步骤用时。")
METHOD(FigureService, PublishReport,
       "固定某一区划全部范围、某一年度的数据（不含小数目），并申请发布。由该区划另一名监督领导批准（ApprovalService）。")
METHOD(FigureService, GetReport, "查看已发布的报告；监督该区划的领导还可看到各项数据现在的数值。")
METHOD(FigureService, ListReports, "列出已发布的报告；监督该区划的领导还可看到待批准的报告。")

SERVICE(IndicatorService, "上级和其他单位的排名、测评，均注明来源：这是唯一由人录入而非计算得出的数据。每类、每区划、每年一项。"
                          "由该区划监督领导登记，在该区划工作的人员可以查看。")
METHOD(IndicatorService, CreateIndicator, "录入一项排名。")
METHOD(IndicatorService, GetIndicator, "查看一项排名。")
METHOD(IndicatorService, ListIndicators, "按年度列出可以查看的排名，最新的在前。")
METHOD(IndicatorService, UpdateIndicator, "修改掩码所列的字段。")
METHOD(IndicatorService, WithdrawIndicator, "撤销一项排名，须说明理由：仍可查看，不再计入统计。")

SERVICE(InterviewService,
        "约谈：与一地或一个单位负责人的谈话，每次一条记录。由机构所在区划的监督领导登记，在该区划工作的人员可以查看。")
METHOD(InterviewService, CreateInterview, "登记一次约谈。")
METHOD(InterviewService, GetInterview, "查看一次约谈。")
METHOD(InterviewService, ListInterviews, "列出可以查看的约谈，最新的在前。")
METHOD(InterviewService, UpdateInterview, "修改掩码所列的字段。")
METHOD(InterviewService, WithdrawInterview, "撤销一次约谈，须说明理由：仍可查看，不再计入统计。")

SERVICE(LeadService, "信访举报和问题线索。监察干部可查看本人或本机构登记、承办、受交办的线索；监督领导可查看辖区全部线索。"
                     "被反映人以及被反映机构的成员，无论通过哪个方法都不会知悉该线索的存在。")
METHOD(LeadService, CreateLead,
       "登记一条线索：登记人即首办责任人。反映对象为本人或本机构的，照常应答，但登记人此后看不到该线索。")
METHOD(LeadService, GetLead, "查看一条线索的全部内容，不含反映人。查看保密线索记入审计。")
METHOD(LeadService, ListLeads, "列出可以查看的线索，最新的在前：仅为摘要，不含反映内容和姓名。")
METHOD(LeadService, UpdateLead, "修改掩码所列的字段，并保留原版本。由登记人、承办人修改；本区划监督领导修改须说明理由。")
METHOD(LeadService, AddNote, "在线索经过中添加备注。由承办人或本区划监督领导添加。")
METHOD(LeadService, ListLeadEvents, "按时间顺序列出线索经过。")
METHOD(LeadService, RevealReporter,
       "为一定用途打开反映人信息。由承办人或本区划监督领导打开，每小时有数量限制。每次打开和每次拒绝都记入线索经过和审计。")
METHOD(LeadService, RequestBulkReveal,
       "申请为同一用途打开多条线索的反映人，不受每小时数量限制。由监督全部这些线索且均不须回避的另一名监督领导批准（ApprovalSer"
       "vice）；"
       "批准后 24 小时内可用 RevealReporter 逐一打开，每次打开照常记录。")
METHOD(LeadService, WatchLeads,
       "实时接收可见线索的变化（一秒以内），直至任一方结束。从上次收到的游标继续即不会遗漏。有效期与打开时所用访问令牌相同；"
       "通过 REST 时为服务器推送事件，Last-Event-ID 即游标。")
METHOD(LeadService, MatchAccused,
       "指明某一被反映人是哪个用户或机构：此后其看不到该线索。由承办人或本区划监督领导指明；只有监督领导可以取消。"
       "匹配为本系统最高机构领导的，由既非承办人也非所匹配之人的监督领导决定，线索即告终止：只留编号回执，不留内容。")
METHOD(LeadService, AdvanceLead,
       "按步骤表推进线索：从当前状态、由有权之人、附所需内容。不在 allowed_steps 之列的步骤予以拒绝，ErrorInfo 的 metadata "
       "列出可进行的步骤。")
METHOD(LeadService, HandOver, "将线索移交给某一用户或机构。由承办人或本区划监督领导提出。对方接受之前，其他一切不变。")
METHOD(LeadService, AcceptHandOver, "接受移交给本人或本机构的线索：此后由本人承办。")
METHOD(LeadService, ExtendDeadline, "延长当前步骤的期限。由本区划监督领导办理。")
METHOD(LeadService, LinkLead, "并案：认定两条线索为同一事项。由其中一条的承办人或本区划监督领导认定，且两条都可见。")
METHOD(LeadService, Recuse, "本人回避：此后完全看不到该线索，由上一级承办。")
METHOD(LeadService, TellReporter, "记录对反映人的告知。由承办人或本区划监督领导记录。")
METHOD(LeadService, ProposeTalk,
       "谈话提醒：对未立案线索所涉人员提出以谈话方式处置。由承办人或本区划监督领导提出；已立案的在案件中提出。")
METHOD(LeadService, ApproveTalk, "批准谈话：由本区划监督领导批准，且不得是提出人。批准即终局，每人一项，按第一种形态统计。")

SERVICE(OfficeService, "机构：登录后均可查看，由管理员维护。")
METHOD(OfficeService, GetOffice, "查看一个机构。")
METHOD(OfficeService, ListOffices, "按区划列出机构，依区划代码和名称排序。")
METHOD(OfficeService, CreateOffice, "设立一个机构。")
METHOD(OfficeService, UpdateOffice, "修改掩码所列的字段。填写 closed_on 即撤销机构：仍有成员、下级机构或未办结线索的不能撤销。")

SERVICE(PeopleService, "用户、其在何处的职权，以及其登录的设备。")
METHOD(PeopleService, CreateUser, "新建账号。此时尚不能登录：本人凭 EnrolUser 生成的验证码设置密码。")
METHOD(PeopleService, GetUser, "查看一名用户。登录后均可查看，供手机显示姓名；电话只告知本人、同机构成员和管理员。")
METHOD(PeopleService, ListUsers, "按机构或姓名列出用户，依用户名排序。")
METHOD(PeopleService, UpdateUser,
       "修改掩码所列的字段。停用立即生效，不影响授权；仍负责未办结线索或案件的不能停用（LEAVES_OPEN_WORK），须先移交。"
       "任何人不能自行调动机构，也不能自任机构领导。")
METHOD(PeopleService, EnrolUser,
       "生成一次性验证码，供用户首次设置密码、在新手机上登录或忘记密码后重设（AuthService.Enrol）。由管理员或本机构领导办理。"
       "验证码只在本次应答中告知一次，经本机构领导确认（ApprovalService）方可使用；本人即领导的由上一级机构领导确认，均无领导的"
       "由另一管理员确认；"
       "7 天内有效。以同一 request_id 重试，返回同一审批，不再告知验证码。")
METHOD(PeopleService, EnrolUsers,
       "为多人一次生成验证码，最多 500 "
       "人：某一机构或某一区划全部机构中尚无密码、也无有效验证码的成员；或所列用户。由管理员或本机构领导办理。"
       "每个验证码与 EnrolUser 的一样须经确认，只在本次应答中告知一次；应答可以是供打印的名单。以同一 request_id "
       "重试，返回同样的审批，不再告知验证码。")
METHOD(PeopleService, CreateGrant,
       "申请授予用户在某一区划（含下级）的角色。任何人不能为自己申请。须由另一管理员批准（ApprovalService）：应答给出审批编号，"
       "批准前不生效，也不出现在授权列表中。")
METHOD(PeopleService, ListGrants, "列出用户的授权，最新的在前。管理员和审计员可查看，本人可查看自己的。")
METHOD(PeopleService, EndGrant, "终止一项授权，立即或于将来某时生效。")
METHOD(PeopleService, ListUserSessions, "查看用户已登录的设备。管理员可查看，领导可查看本机构成员的。")
METHOD(PeopleService, RevokeUserSession, "立即注销用户的一台设备。由管理员办理，领导可注销本机构成员的。")

SERVICE(
    PersonalDataService,
    "依申请查询并提供一个人的个人信息：监督整个区划的一名领导登记申请，另一名批准，此后 24 小时内由登记人打开文件。所查何人封存"
    "于申请中，每次打开均记入审计。")
METHOD(PersonalDataService, RequestPersonalData, "登记一项个人信息查询申请。")
METHOD(PersonalDataService, OpenPersonalData,
       "查询并生成文件，由登记人在批准后 24 小时内打开。每次按其所能看到的该区划记录重新生成。")

SERVICE(PhotoService, "走访或线索的照片（元数据）。能看到该走访或线索的人可以查看；照片不可修改。")
METHOD(PhotoService, CreatePhoto, "登记一张照片，须属于本人可见的走访或线索。")
METHOD(PhotoService, GetPhoto, "查看一张照片。")
METHOD(PhotoService, ListPhotos, "列出一次走访或一条线索的照片，最早的在前。")

SERVICE(PublicService, "面向公众的已发布报告。设置 ZOUFANG_PUBLIC_LISTEN 时另在该地址提供，且该地址只提供这些。")
METHOD(PublicService, ListPublicReports, "已发布报告的目录页。")
METHOD(PublicService, GetPublicReport, "以指定形式查看一份报告。")

SERVICE(PublicationService,
        "机构公开的内容：三务公开事项、公告（及阅读数）、通报曝光。由机构所在区划的监督领导登记，在该区划工作的人员可以查看。")
METHOD(PublicationService, CreatePublication, "登记公开的内容。")
METHOD(PublicationService, GetPublication, "查看一项公开内容。")
METHOD(PublicationService, ListPublications, "列出可以查看的公开内容，最新的在前。")
METHOD(PublicationService, UpdatePublication, "修改掩码所列的字段。")
METHOD(PublicationService, WithdrawPublication, "撤销一项公开内容，须说明理由：仍可查看，不再计入统计。")

SERVICE(RecommendationService,
        "监察建议书：向单位逐项提出的建议，及其答复、修订完善的制度、各项是否整改到位。由线索或案件引出的，对不应知悉的人隐藏。"
        "由机构所在区划的监督领导登记，在该区划工作的人员可以查看。")
METHOD(RecommendationService, CreateRecommendation, "登记一份已发出的监察建议书。")
METHOD(RecommendationService, GetRecommendation, "查看一份监察建议书。")
METHOD(RecommendationService, ListRecommendations, "列出可以查看的监察建议书，最新的在前。")
METHOD(RecommendationService, UpdateRecommendation, "修改掩码所列的字段。")
METHOD(RecommendationService, WithdrawRecommendation, "撤销一份监察建议书，须说明理由：仍可查看，不再计入统计。")

SERVICE(RegionService, "行政区划：登录后均可查看；由导入维护，不能编辑。")
METHOD(RegionService, GetRegion, "查看一个区划。")
METHOD(RegionService, ListRegions, "按上级或名称列出区划，依代码排序。")

SERVICE(RetentionService, "保管期限表：登录后均可查看；修改须两名管理员（ApprovalService）。没有期限的类别永久保管。法定保全由"
                          "记录所在区划的监督领导设置和解除，均须说明理由。到期记录由一名监督领导申请销毁，另一名批准。")
METHOD(RetentionService, ListRetention, "按类别列出各类记录的保管年限。")
METHOD(RetentionService, SetRetention, "申请设定期限，或改变其长度。")
METHOD(RetentionService, RemoveRetention, "申请取消某一类别的期限。")
METHOD(RetentionService, HoldRecord, "对一条记录设置保全，解除之前不得销毁。已在保全中的予以拒绝。")
METHOD(RetentionService, LiftHold, "解除保全，须说明理由。记录仍留在列表中。")
METHOD(RetentionService, ListHolds, "列出本人监督范围内记录的保全，最新的在前。")
METHOD(RetentionService, ListDue, "列出本人监督范围内某一类别已到期的记录，最早的在前。正在保全的也列出并注明。")
METHOD(RetentionService, RequestErasing,
       "申请永久销毁已到期的记录，由监督全部这些记录的另一名领导批准。届时正在保全或已不再到期的予以保留，审批中逐条注明。")

SERVICE(StepService, "步骤表和期限表：登录后均可查看。修改须两名管理员（ApprovalService）：应答给出审批编号，批准前不变。")
METHOD(StepService, ListSteps, "列出线索可以进行的步骤，从最初状态起。")
METHOD(StepService, ListDeadlines, "列出线索在各状态可停留的工作日数。")
METHOD(StepService, SetStep,
       "申请增加步骤，或改变其要求。会绕过他人审批、缺少该状态所必需的要求、或使某状态无法归档的，予以拒绝。")
METHOD(StepService, RemoveStep, "申请删除步骤。会使某状态无法归档的，予以拒绝。")
METHOD(StepService, SetDeadline, "申请设定期限，或改变其长度。线索已有的期限不变。")
METHOD(StepService, RemoveDeadline, "申请取消某状态的期限，或某领域的单独期限。")

SERVICE(SyncService, "成批上传，以及与调用人有关的全部变化。两者都可以随意重复。")
METHOD(SyncService, Push,
       "一次上传最多 500 "
       "条记录，逐条给出结果。记录可以引用同一批中的其他记录。上传即整条替换，但未带反映人的线索保留原有反映人。重试不会产生重"
       "复。")
METHOD(SyncService, Pull,
       "自游标以来与调用人有关的变化：本人的走访、可见线索（摘要）、照片、词条、区划、机构、提醒。本人登记或承办的线索为全文，"
       "不含反映人。")

SERVICE(VisitService, "监察干部到基层的走访。干部可查看本人、同行和本机构的走访；监督领导可查看辖区全部走访。")
METHOD(VisitService, CreateVisit,
       "登记本人的一次走访。开始时本人没有覆盖该区划的授权，或开始时间比服务器早于 30 天以上、晚 10 分钟以上的，状态为 "
       "HELD，待监督领导核准。")
METHOD(VisitService, GetVisit, "查看一次走访的全部内容。")
METHOD(VisitService, ListVisits, "列出可以查看的走访，最近开始的在前。")
METHOD(VisitService, UpdateVisit, "修改掩码所列的字段，并保留原版本。记录人更正自己的；本区划监督领导更正须说明理由。")
METHOD(VisitService, ListVisitVersions, "列出一次走访的全部版本，现行版本在前。")
METHOD(VisitService, WithdrawVisit, "撤销一次走访，须说明理由：仍可查看，不再计入统计。由记录人或本区划监督领导办理。")
METHOD(VisitService, AcceptVisit, "核准待核走访：此后计入统计。由本区划监督领导核准，不能核准本人的走访。")
METHOD(VisitService, PlanVisits, "安排干部在某日前走访各村：每村一项计划。由监督领导在辖区内安排。")
METHOD(VisitService, ListVisitPlans, "列出本人工作区划的计划和本人的计划，按到期日排序。")
METHOD(VisitService, UpdateVisitPlan, "修改掩码所列的字段，须说明理由。由本区划监督领导修改；所属村不变。")
METHOD(VisitService, WithdrawVisitPlan, "撤销一项计划，须说明理由：仍可查看，不再要求走访。由本区划监督领导办理。")
METHOD(VisitService, ListCoverage,
       "列出自某日以来无人走访的村，按代码排序，附其未办结线索数和已安排的走访。待核和已撤销的走访不计。")

SERVICE(VocabularyService, "词表：登录后均可查看，由管理员维护。")
METHOD(VocabularyService, ListTerms, "按顺序列出某一词表或全部词表的词条。")
METHOD(VocabularyService, CreateTerm, "在词表中增加词条。")
METHOD(VocabularyService, UpdateTerm,
       "按掩码更名、移动、停用或恢复词条。代码不变，因为记录引用它。已被记录使用的词条须由另一管理员批准（ApprovalService）。")
