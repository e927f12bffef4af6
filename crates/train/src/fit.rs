//! Fits a logistic regression by L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.4), with a penalty on
//! the square of each weight. Gives the same bytes in each run.

/// One example.
pub(crate) struct Row<'r> {
    pub(crate) features: &'r [u32],
    pub(crate) is_true: bool,
    /// The factor of the example in the loss.
    pub(crate) importance: f64,
}

/// The number of earlier steps that approximate the curvature.
const MEMORY: usize = 10;
const MAX_STEPS: usize = 150;

/// Returns the weights of the features, and the bias as the last one.
pub(crate) fn fit(rows: &[Row<'_>], features: usize, penalty: f64) -> Vec<f64> {
    let mut weights = vec![0.0; features + 1];
    let (mut loss, mut slope) = loss(rows, &weights, penalty);
    let mut past: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..MAX_STEPS {
        let direction = direction(&slope, &past);
        let descent = dot(&direction, &slope);
        let mut step = if past.is_empty() { 1.0 / dot(&slope, &slope).sqrt().max(1.0) } else { 1.0 };
        let (next, next_loss, next_slope) = loop {
            let next: Vec<f64> =
                weights.iter().zip(&direction).map(|(weight, way)| weight + step * way).collect();
            let (next_loss, next_slope) = self::loss(rows, &next, penalty);
            if next_loss <= loss + 1e-4 * step * descent || step < 1e-10 {
                break (next, next_loss, next_slope);
            }
            step *= 0.5;
        };
        let moved: Vec<f64> = next.iter().zip(&weights).map(|(one, other)| one - other).collect();
        let turned: Vec<f64> = next_slope.iter().zip(&slope).map(|(one, other)| one - other).collect();
        let curve = dot(&moved, &turned);
        if curve > 1e-12 {
            if past.len() == MEMORY {
                past.remove(0);
            }
            past.push((moved, turned, 1.0 / curve));
        }
        let gained = loss - next_loss;
        (weights, loss, slope) = (next, next_loss, next_slope);
        if gained < 1e-7 * loss {
            break;
        }
    }
    weights
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn direction(slope: &[f64], past: &[(Vec<f64>, Vec<f64>, f64)]) -> Vec<f64> {
    let mut way: Vec<f64> = slope.iter().map(|slope| -slope).collect();
    let mut kept = Vec::new();
    for (moved, turned, scale) in past.iter().rev() {
        let share = scale * dot(moved, &way);
        way.iter_mut().zip(turned).for_each(|(way, turned)| *way -= share * turned);
        kept.push(share);
    }
    if let Some((moved, turned, _)) = past.last() {
        let scale = dot(moved, turned) / dot(turned, turned);
        for way in &mut way {
            *way *= scale;
        }
    }
    for ((moved, turned, scale), share) in past.iter().zip(kept.iter().rev()) {
        let back = scale * dot(turned, &way);
        way.iter_mut().zip(moved).for_each(|(way, moved)| *way += (share - back) * moved);
    }
    way
}

pub(crate) fn score(features: &[u32], weights: &[f64]) -> f64 {
    weights[weights.len() - 1] + features.iter().map(|feature| weights[*feature as usize]).sum::<f64>()
}

fn loss(rows: &[Row<'_>], weights: &[f64], penalty: f64) -> (f64, Vec<f64>) {
    let features = weights.len() - 1;
    let mut slope: Vec<f64> = weights.iter().map(|weight| penalty * weight).collect();
    slope[features] = 0.0;
    let mut loss: f64 = weights[..features].iter().map(|weight| 0.5 * penalty * weight * weight).sum();
    for row in rows {
        let sum = score(row.features, weights);
        let signed = if row.is_true { sum } else { -sum };
        loss += row.importance
            * if signed > 0.0 { (-signed).exp().ln_1p() } else { signed.exp().ln_1p() - signed };
        let wrong = row.importance / (1.0 + signed.exp()) * if row.is_true { -1.0 } else { 1.0 };
        row.features.iter().for_each(|feature| slope[*feature as usize] += wrong);
        slope[features] += wrong;
    }
    (loss, slope)
}
