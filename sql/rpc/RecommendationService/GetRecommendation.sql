-- GetRecommendation: one recommendation. Officers and supervisors who work in its region; NOT_FOUND otherwise.
select r.*
from recommendation_answer r
where r.id = :id;
