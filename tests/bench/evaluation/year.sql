-- The rules of village.yaml in SQL (SQLite): window functions for caps and streaks, grouping for sums. Facts are in the
-- tables household(id), member(household, id, takes_part), deed(household, member, seq, item, day, quantity) with
-- member 0 for the household's own, and visit(household, day, one column for each line), whose CHECKs hold
-- the lines' full marks. Rules are rows of `item`. Amounts are hundredths.
CREATE TABLE result AS
WITH
deeds AS (
    SELECT d.household, d.member, d.item, d.day, d.seq, i.category, i.times, i.most,
           CASE WHEN i.unit THEN i.points * d.quantity / 100 ELSE i.points END AS raw,
           substr(d.day, 1, 7) AS month,
           CASE i.times_per WHEN 'day' THEN d.day WHEN 'month' THEN substr(d.day, 1, 7) ELSE substr(d.day, 1, 4) END AS times_in,
           CASE i.most_per WHEN 'month' THEN substr(d.day, 1, 7)
                WHEN 'quarter' THEN substr(d.day, 1, 4) || (substr(d.day, 6, 2) + 2) / 3 ELSE substr(d.day, 1, 4) END AS most_in
    FROM deed d JOIN item i ON i.code = d.item
),
-- the first so many of a period
by_times AS (
    SELECT *, CASE WHEN times IS NULL THEN 0
              ELSE row_number() OVER (PARTITION BY household, member, item, times_in ORDER BY day, seq) END AS nth
    FROM deeds
),
-- of an item's points in a period as much as its cap leaves
by_points AS (
    SELECT *, sum(abs(raw)) OVER (PARTITION BY household, member, item, most_in ORDER BY day, seq ROWS UNBOUNDED PRECEDING) AS run
    FROM by_times WHERE times IS NULL OR nth <= times
),
by_item AS (
    SELECT household, member, category, month, day, seq,
           CASE WHEN most IS NULL THEN raw
                ELSE (CASE WHEN raw < 0 THEN -1 ELSE 1 END) * max(0, min(abs(raw), most - (run - abs(raw)))) END AS granted
    FROM by_points
),
-- and of a category's in a month
by_category AS (
    SELECT *, CASE WHEN category = 'help'
              THEN sum(granted) OVER (PARTITION BY household, member, category, month ORDER BY day, seq ROWS UNBOUNDED PRECEDING) END AS run
    FROM by_item
),
of_deeds AS (
    SELECT household, member, sum(CASE WHEN category = 'help' THEN max(0, min(granted, 3000 - (run - granted))) ELSE granted END) AS points
    FROM by_category GROUP BY household, member
),
marks AS (
    SELECT household, substr(day, 1, 4) * 12 + substr(day, 6, 2) AS month,
           yard + hall + kitchen + bedroom + toilet + lead + voice + law + support + study + industrious + job + family + neighbours AS mark
    FROM visit
),
rounds AS (
    SELECT household, month, CASE WHEN mark > 10000 THEN 0 WHEN mark > 9000 THEN 500 WHEN mark > 8500 THEN 300 WHEN mark >= 8000 THEN 100 ELSE 0 END AS points
    FROM marks
),
-- months of 5 points without a gap are one island; every three of it pay
islands AS (
    SELECT household, month - row_number() OVER (PARTITION BY household ORDER BY month) AS island FROM rounds WHERE points = 500
),
streaks AS (
    SELECT household, sum(n / 3 * 500) AS points FROM (SELECT household, count(*) AS n FROM islands GROUP BY household, island) GROUP BY household
),
of_rounds AS (SELECT household, sum(points) AS points FROM rounds GROUP BY household),
of_members AS (
    SELECT m.household, sum(coalesce(d.points, 0)) AS points, count(*) AS n
    FROM member m LEFT JOIN of_deeds d ON d.household = m.household AND d.member = m.id
    WHERE m.takes_part GROUP BY m.household
),
totals AS (
    SELECT h.id, coalesce(o.points, 0) + coalesce(r.points, 0) + coalesce(s.points, 0) + coalesce(m.points, 0) AS total, max(coalesce(m.n, 0), 1) AS n
    FROM household h
    LEFT JOIN of_deeds o ON o.household = h.id AND o.member = 0
    LEFT JOIN of_rounds r ON r.household = h.id
    LEFT JOIN streaks s ON s.household = h.id
    LEFT JOIN of_members m ON m.household = h.id
)
SELECT id, total, CASE WHEN total < 0 THEN -((2 * -total + n) / (2 * n)) ELSE (2 * total + n) / (2 * n) END AS average FROM totals;
