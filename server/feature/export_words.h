// What a person reads in an export: WORD(name, Chinese, English). Names are those of columns; values of enums have their words
// in schema/value_words.h. Only for feature/export_columns.c.

// Lists of one-time codes.
WORD(codes, "首次登录一次性验证码", "One-time codes for a first sign-in")
WORD(codes_use, "经本机构领导确认后生效；只交本人，用后即废。",
     "Good once the office's leader has confirmed them; each is for its user alone, and for one use.")
WORD(user_name, "姓名", "Name")
WORD(username, "用户名", "Username")
WORD(user_code, "验证码", "Code")
WORD(good_until, "有效期至", "Good until")

// Columns.
WORD(id, "编号", "Id")
WORD(region_code, "区划代码", "Region code")
WORD(region, "地区", "Region")
WORD(channel, "来源", "Channel")
WORD(class, "类别", "Class")
WORD(occurrence, "初重件", "Occurrence")
WORD(domain, "领域", "Domain")
WORD(problem_type, "问题类型", "Problem type")
WORD(cause, "事由", "Cause")
WORD(received_at, "收到时间", "Received")
WORD(state, "状态", "State")
WORD(due_at, "办理期限", "Due")
WORD(overdue, "是否超期", "Overdue")
WORD(handler, "承办人", "Handler")
WORD(office, "承办机构", "Office")
WORD(raised_by, "登记人", "Raised by")
WORD(amount, "涉及金额（元）", "Amount (yuan)")
WORD(campaign, "专项整治", "Campaign")
WORD(sweep_round, "轮次", "Round")
WORD(confidential, "是否保密", "Confidential")
WORD(has_reporter, "有反映人信息", "Reporter kept")
WORD(narrative, "反映内容", "Narrative")
WORD(visit_id, "走访编号", "Visit")
WORD(updated_at, "更新时间", "Updated")
WORD(longitude, "经度", "Longitude")
WORD(latitude, "纬度", "Latitude")
WORD(accuracy, "定位精度（米）", "Accuracy (m)")
WORD(kind, "走访类型", "Kind")
WORD(place, "地点", "Place")
WORD(started_at, "开始时间", "Started")
WORD(ended_at, "结束时间", "Ended")
WORD(recorder, "记录人", "Recorder")
WORD(officers, "同行人员", "Officers")
WORD(purpose, "目的", "Purpose")
WORD(people_met, "走访人次", "People met")
WORD(findings, "发现的问题", "Findings")
WORD(hold_reason, "待核原因", "Held because")

// Sheets.
WORD(leads, "线索", "Leads")
WORD(visits, "走访", "Visits")

// Flags.
WORD(yes, "是", "yes")
WORD(no, "否", "no")
