-- WithdrawCampaign: a campaign stays readable and counts nowhere. A supervisor of its region; again, it changes nothing.
select refuse_unless(not campaign_in_use(:id), 'PRECONDITION', 'id')
where exists (select from campaign r where r.id = :id and r.withdrawn_at is null);

select withdraw_record('campaign', :id, :etag, :reason);

select r.*
from campaign_answer r
where r.id = :id;
