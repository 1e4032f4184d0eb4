//! Small cells are hidden (小单元抑制), rule K-anon: nobody is found by counting.

/// The smallest group that is shown unless a tenant wants a larger one; never below 5.
pub const SMALLEST: i64 = 10;

/// The cells of a group with their total: those that are too small are hidden, and one more if the total would
/// otherwise tell what the hidden one is.
pub fn suppressed(cells: &[i64], smallest: i64) -> Vec<Option<i64>> {
    let smallest = smallest.max(5);
    let small = |n: i64| n > 0 && n < smallest;
    let mut shown: Vec<Option<i64>> = cells.iter().map(|n| (!small(*n)).then_some(*n)).collect();
    if shown.iter().filter(|cell| cell.is_none()).count() == 1 {
        // The smallest of the others: it costs the least. An empty cell hides nobody.
        let others = shown.iter().enumerate().filter_map(|(i, cell)| cell.filter(|n| *n > 0).map(|n| (n, i)));
        if let Some((_, i)) = others.min()
            && let Some(cell) = shown.get_mut(i)
        {
            *cell = None;
        }
    }
    shown
}

/// People and their tasks (单元).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// People.
    pub people: i64,
    /// Their tasks.
    pub tasks: i64,
}

/// The cells of a table whose total is known: where people are hidden, what they did is hidden too.
pub fn table(cells: impl Iterator<Item = Cell>, smallest: i64) -> Vec<Option<Cell>> {
    let cells: Vec<Cell> = cells.collect();
    let people: Vec<i64> = cells.iter().map(|cell| cell.people).collect();
    cells.into_iter().zip(suppressed(&people, smallest)).map(|(cell, shown)| shown.map(|_| cell)).collect()
}

/// How much somebody has to do, coarse enough to find nobody by it (任务量区间).
pub fn load_band(tasks: i64) -> &'static str {
    match tasks {
        i64::MIN..=0 => "NONE",
        1..=5 => "FROM_1_TO_5",
        6..=10 => "FROM_6_TO_10",
        _ => "OVER_10",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_anon_a_small_cell_is_hidden_with_another() {
        assert_eq!(suppressed(&[9, 30, 20], SMALLEST), [None, Some(30), None]);
        assert_eq!(suppressed(&[9, 8, 20], SMALLEST), [None, None, Some(20)]);
        assert_eq!(suppressed(&[10, 30], SMALLEST), [Some(10), Some(30)]);
        assert_eq!(suppressed(&[9, 0, 20], SMALLEST), [None, Some(0), None]);
    }

    #[test]
    fn k_anon_what_few_people_did_is_hidden_with_them() {
        let cells = [(9, 500), (30, 70), (20, 40)].map(|(people, tasks)| Cell { people, tasks });
        assert_eq!(table(cells.into_iter(), SMALLEST), [None, Some(Cell { people: 30, tasks: 70 }), None]);
        let bands = [0, 1, 5, 6, 10, 11].map(load_band);
        assert_eq!(bands, ["NONE", "FROM_1_TO_5", "FROM_1_TO_5", "FROM_6_TO_10", "FROM_6_TO_10", "OVER_10"]);
    }

    #[test]
    fn k_anon_nobody_lowers_it_below_five() {
        assert_eq!(suppressed(&[4, 6, 7], 1), [None, None, Some(7)]);
    }

    /// With the total and all that is shown, no hidden cell can be worked out unless it stands alone with nothing.
    #[test]
    fn k_anon_the_total_tells_nothing() {
        for a in 0..15 {
            for b in 0..15 {
                for c in 0..15 {
                    let cells = suppressed(&[a, b, c], SMALLEST);
                    let hidden = cells.iter().filter(|cell| cell.is_none()).count();
                    let people = [a, b, c].iter().filter(|n| **n > 0).count();
                    assert!(hidden != 1 || people == 1, "{a} {b} {c}: {cells:?}");
                }
            }
        }
    }
}
