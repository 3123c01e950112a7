-- GetCampaign: one campaign. Officers and supervisors who work in its region; NOT_FOUND otherwise.
select r.*
from campaign_answer r
where r.id = :id;
