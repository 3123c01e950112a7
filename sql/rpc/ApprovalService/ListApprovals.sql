-- ListApprovals: the approvals in the caller's sight, newest first.
select a.id as "approvals.id",
       a.kind as "approvals.kind",
       a.state as "approvals.state",
       a.reason as "approvals.reason",
       a.requested_by as "approvals.requested_by",
       a.requested_at as "approvals.requested_at",
       a.expires_at as "approvals.expires_at",
       a.decided_by as "approvals.decided_by",
       a.decided_at as "approvals.decided_at",
       a.decision_reason as "approvals.decision_reason",
       a.can_decide as "approvals.can_decide",
       a."grant.id" as "approvals.grant.id",
       a."grant.user_id" as "approvals.grant.user_id",
       a."grant.role" as "approvals.grant.role",
       a."grant.region_code" as "approvals.grant.region_code",
       a."grant.starts_at" as "approvals.grant.starts_at",
       a."grant.ends_at" as "approvals.grant.ends_at",
       a."password.user_id" as "approvals.password.user_id",
       a."step.step.from" as "approvals.step.step.from",
       a."step.step.to" as "approvals.step.step.to",
       a."step.step.role" as "approvals.step.step.role",
       a."step.step.needs" as "approvals.step.step.needs",
       a."step.remove" as "approvals.step.remove",
       a."deadline.deadline.state" as "approvals.deadline.deadline.state",
       a."deadline.deadline.domain" as "approvals.deadline.deadline.domain",
       a."deadline.deadline.working_days" as "approvals.deadline.deadline.working_days",
       a."deadline.remove" as "approvals.deadline.remove",
       a."term.vocabulary" as "approvals.term.vocabulary",
       a."term.code" as "approvals.term.code",
       a."term.name" as "approvals.term.name",
       a."term.place" as "approvals.term.place",
       a."term.retired" as "approvals.term.retired",
       a."reveal.lead_ids" as "approvals.reveal.lead_ids",
       a."report.id" as "approvals.report.id",
       a."report.region_code" as "approvals.report.region_code",
       a."report.from" as "approvals.report.from",
       a."report.to" as "approvals.report.to",
       a."retention.term.record_class" as "approvals.retention.term.record_class",
       a."retention.term.years" as "approvals.retention.term.years",
       a."retention.remove" as "approvals.retention.remove",
       a."erasing.record_class" as "approvals.erasing.record_class",
       a."erasing.items.record_id" as "approvals.erasing.items.record_id",
       a."erasing.items.fate" as "approvals.erasing.items.fate",
       a."personal_data.id" as "approvals.personal_data.id",
       a."personal_data.subject#key" as "approvals.personal_data.subject#key",
       a."personal_data.subject.name" as "approvals.personal_data.subject.name",
       a."personal_data.subject.phone" as "approvals.personal_data.subject.phone",
       a."personal_data.subject.identity_number" as "approvals.personal_data.subject.identity_number",
       a."personal_data.unit" as "approvals.personal_data.unit",
       a."personal_data.user_id" as "approvals.personal_data.user_id",
       a."personal_data.region_code" as "approvals.personal_data.region_code",
       a.requested_at as "page.requested_at",
       a.id as "page.id"
from approval_answer a
where true
  and a.kind = :kind --? kind
  and a.state = :state --? state
  and case :whose when 1 then a.can_decide else a.requested_by = me() end --? whose
  and (a.requested_at, a.id) < (:page.requested_at, :page.id) --? page
order by a.requested_at desc, a.id desc
limit :page.size;

select case when :total then count(*) end as "total_size"
from approval_answer a
where :total
  and a.kind = :kind --? kind
  and a.state = :state --? state
  and case :whose when 1 then a.can_decide else a.requested_by = me() end --? whose
;
