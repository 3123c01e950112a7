-- WithdrawRecommendation: a recommendation stays readable and counts nowhere. A supervisor of its region; again, it changes nothing.
select withdraw_record('recommendation', :id, :etag, :reason);

select r.*
from recommendation_answer r
where r.id = :id;
