# Tests and models on data sets that come with R, by base R and the packages survival, coin, exactRankTests, MASS,
# multcomp, metafor and their data. The output is r_datasets.json: Rscript tests/reference/r_datasets.R > tests/reference/r_datasets.json
suppressMessages({
  library(survival); library(coin); library(exactRankTests); library(MASS); library(multcomp); library(metafor)
})
options(warn = -1)
json <- function(x) {
  if (is.list(x)) {
    parts <- vapply(x, json, "")
    if (is.null(names(x))) return(paste0("[", paste(parts, collapse = ", "), "]"))
    return(paste0("{", paste0('"', names(x), '": ', parts, collapse = ", "), "}"))
  }
  shown <- if (is.character(x)) paste0('"', x, '"') else {
    ifelse(is.na(x), "NaN", ifelse(is.infinite(x), ifelse(x > 0, "Infinity", "-Infinity"), sprintf("%.15g", x)))
  }
  if (length(x) == 1) shown else paste0("[", paste(shown, collapse = ", "), "]")
}
cases <- list()
add <- function(name, inputs, expected) cases[[name]] <<- list(inputs = inputs, expected = expected)
sides <- c("two.sided", "less", "greater")
split_values <- function(y, g) unname(lapply(split(y, g), as.numeric))

# Two groups: ranks, means, and shifts.
two <- function(name, x, y) {
  d <- data.frame(v = c(x, y), g = factor(rep(c("x", "y"), c(length(x), length(y)))))
  exact <- sapply(sides, function(s) pvalue(wilcox_test(v ~ g, d, distribution = "exact", alternative = s)))
  midp <- midpvalue(wilcox_test(v ~ g, d, distribution = "exact"))
  approximate <- sapply(sides, function(s) wilcox.test(x, y, exact = FALSE, correct = TRUE, alternative = s)$p.value)
  shift <- wilcox.exact(x, y, conf.int = TRUE)
  welch <- t.test(x, y); logs <- t.test(log(x), log(y))
  low <- t.test(log(x), log(y), mu = log(0.8), alternative = "greater")$p.value
  high <- t.test(log(x), log(y), mu = log(1.25), alternative = "less")$p.value
  add(name, list(x = x, y = y), list(
    u = unname(wilcox.test(x, y, exact = FALSE)$statistic), exact = unname(exact), midp = midp,
    asymptotic = unname(approximate), shift = median(outer(x, y, "-")), shift_interval = as.numeric(shift$conf.int),
    mean_difference = c(unname(welch$estimate[1] - welch$estimate[2]), welch$conf.int, welch$statistic, welch$parameter, welch$p.value),
    ratio = c(exp(unname(logs$estimate[1] - logs$estimate[2])), exp(logs$conf.int), logs$statistic, logs$parameter, logs$p.value),
    equivalence = c(low, high)
  ))
}
with(warpbreaks, two("warpbreaks_wool", breaks[wool == "A"], breaks[wool == "B"]))
with(chickwts, two("chickwts_casein_linseed", weight[feed == "casein"], weight[feed == "linseed"]))
with(PlantGrowth, two("plantgrowth_trt2_ctrl", weight[group == "trt2"], weight[group == "ctrl"]))
with(ToothGrowth, two("toothgrowth_dose_half", len[supp == "OJ" & dose == 0.5], len[supp == "VC" & dose == 0.5]))

# Pairs: the hours of sleep that ten people gained under two drugs, with a tie and a zero.
x <- sleep$extra[sleep$group == 1]; y <- sleep$extra[sleep$group == 2]
pratt <- sapply(sides, function(s) pvalue(wilcoxsign_test(x ~ y, distribution = "exact", zero.method = "Pratt", alternative = s)))
paired <- t.test(x, y, paired = TRUE)
add("sleep", list(x = x, y = y), list(
  exact = unname(pratt), mean_difference = c(unname(paired$estimate), paired$conf.int, paired$statistic, paired$parameter, paired$p.value),
  equivalence = c(t.test(x, y, paired = TRUE, mu = -3, alternative = "greater")$p.value, t.test(x, y, paired = TRUE, mu = 3, alternative = "less")$p.value)
))

# Several groups.
several <- function(name, y, g) {
  d <- data.frame(v = y, g = g)
  k <- kruskal.test(v ~ g, d)
  fit <- glht(aov(v ~ g, d), mcp(g = "Dunnett"))
  set.seed(1)
  s <- summary(fit, test = adjusted(abseps = 1e-6, maxpts = 1e5))$test
  interval <- confint(fit, calpha = qmvt(0.95, tail = "both.tails", df = fit$df, corr = cov2cor(vcov(fit)), abseps = 1e-6, maxpts = 1e5)$quantile)$confint
  m <- tapply(y, g, mean); v <- tapply(y, g, var); n <- tapply(y, g, length)
  # Jonckheere's test with the correction for ties is Kendall's test of the values and the numbers of the groups.
  trend <- cor.test(y, as.integer(g), method = "kendall", exact = FALSE, continuity = FALSE)
  add(name, list(samples = split_values(y, g)), list(
    kruskal = c(unname(k$statistic), k$p.value), dunnett_t = unname(s$tstat), dunnett_p = as.numeric(s$pvalues),
    dunnett_low = unname(interval[, "lwr"]), dunnett_high = unname(interval[, "upr"]), trend = c(unname(trend$statistic), trend$p.value)
  ))
}
several("chickwts", chickwts$weight, relevel(chickwts$feed, "soybean"))
several("plantgrowth", PlantGrowth$weight, PlantGrowth$group)
several("insectsprays", InsectSprays$count, InsectSprays$spray)
several("warpbreaks_tension", warpbreaks$breaks, warpbreaks$tension)
several("toothgrowth_dose", ToothGrowth$len, factor(ToothGrowth$dose))

# Blocks: breaks of yarn by wool within tension; and peas by nitrogen within the blocks of a field. The variance is that of blocks.R.
blocked <- function(name, y, treated, block) {
  g <- factor(ifelse(treated, "x", "y"), levels = c("y", "x")); b <- factor(block)
  fit <- lm(y ~ g + b); X <- model.matrix(fit); N <- length(y)
  inverse <- solve(crossprod(X)); M <- diag(N) - X %*% inverse %*% t(X); a <- as.vector(inverse[2, ] %*% t(X))
  r <- residuals(fit); groups <- list(which(g == "x"), which(g == "y"))
  s2 <- solve(sapply(groups, function(j) sapply(groups, function(i) sum(M[i, j]^2))), sapply(groups, function(i) sum(r[i]^2)))
  stopifnot(all(s2 > 0))
  E <- sapply(groups, function(j) sapply(groups, function(i) sum(M[i, j]^2)))
  of <- as.integer(g == "y") + 1; v <- sum(a^2 * s2[of])
  w <- solve(t(E), sapply(groups, function(i) sum(a[i]^2))); Q <- M %*% diag(w[of]) %*% M; S <- diag(s2[of])
  df <- 2 * v^2 / (2 * sum(diag(Q %*% S %*% Q %*% S))); t <- coef(fit)["gx"] / sqrt(v)
  add(name, list(x = y[treated], y = y[!treated], x_blocks = as.character(block[treated]), y_blocks = as.character(block[!treated])),
      list(contrast = unname(c(coef(fit)["gx"], t, df, 2 * pt(-abs(t), df)))))
}
with(warpbreaks, blocked("warpbreaks_blocks", breaks, wool == "A", tension))
with(npk, blocked("npk_blocks", yield, N == "1", block))

# Survival.
survival_case <- function(name, time, event, treated) {
  test <- survdiff(Surv(time, event) ~ treated)
  fit <- coxph(Surv(time, event) ~ treated, ties = "efron", control = coxph.control(eps = 1e-14, iter.max = 100))
  loglik <- function(b) sapply(b, function(one) coxph(Surv(time, event) ~ treated, init = one, control = coxph.control(iter.max = 0))$loglik[2])
  edge <- function(ends) uniroot(function(b) 2 * (fit$loglik[2] - loglik(b)) - qchisq(0.95, 1), ends, tol = 1e-12)$root
  b <- unname(coef(fit)); se <- sqrt(fit$var[1])
  curve <- survfit(Surv(time, event) ~ treated); tau <- min(tapply(time, treated, max))
  means <- summary(curve, rmean = tau)$table[, c("rmean", "se(rmean)")]
  all <- summary(survfit(Surv(time, event) ~ 1))
  add(name, list(time = time, event = event, treated = treated), list(
    logrank = c(test$chisq, 1 - pchisq(test$chisq, 1)), expected = unname(test$exp), hazard_ratio = exp(b),
    likelihood_ratio_p = unname(summary(fit)$logtest["pvalue"]), interval = exp(c(edge(c(b - 6 * se, b)), edge(c(b, b + 6 * se)))),
    horizon = tau, restricted_means = unname(means[, 1]), restricted_errors = unname(means[, 2]), curve_times = all$time, curve = all$surv
  ))
}
with(lung, survival_case("lung_sex", time, as.numeric(status == 2), as.numeric(sex == 2)))
with(veteran, survival_case("veteran_trt", time, status, as.numeric(trt == 2)))
with(ovarian, survival_case("ovarian_rx", futime, fustat, as.numeric(rx == 2)))
with(subset(leukemia), survival_case("leukemia_x", time, status, as.numeric(x == "Maintained")))

# Censored lognormal values: the survival times of ovarian and leukemia, each group with a separate mean and spread.
censored <- function(name, time, event, group) {
  fits <- lapply(split(data.frame(time, event), group), function(d) {
    survreg(Surv(time, event) ~ 1, d, dist = "lognormal", control = survreg.control(rel.tolerance = 1e-14, maxiter = 200))
  })
  add(name, list(lower = time, upper = ifelse(event == 1, time, Inf), group = as.character(group)), list(
    geometric_mean = unname(sapply(fits, function(f) exp(coef(f)))), log_sd = unname(sapply(fits, function(f) f$scale))
  ))
}
with(ovarian, censored("ovarian_lognormal", futime, fustat, rx))
with(leukemia, censored("leukemia_lognormal", time, status, x))

# Counts.
counted <- function(name, y, g) {
  levels(g) <- paste0(letters[seq_along(levels(g))], levels(g)); quasi <- summary(glm(y ~ g, family = quasipoisson, control = glm.control(epsilon = 1e-15, maxit = 200)))
  negative <- glm.nb(y ~ g, control = glm.control(epsilon = 1e-14, maxit = 200))
  rows <- coef(quasi)[-1, , drop = FALSE]
  add(name, list(counts = y, group = as.character(g)), list(
    quasi_ratio = unname(exp(rows[, 1])), quasi_t = unname(rows[, 3]), quasi_p = unname(rows[, 4]), dispersion = quasi$dispersion,
    negative_ratio = unname(exp(coef(negative)[-1])), alpha = 1 / negative$theta
  ))
}
with(InsectSprays, counted("insectsprays_counts", count, spray))
with(warpbreaks, counted("warpbreaks_counts", breaks, tension))
with(quine, counted("quine_counts", Days, Age))

# Proportions: cancer of the oesophagus by tobacco. The likelihood of the beta-binomial distribution, maximised by optim.
cases_of <- esoph$ncases; all_of <- esoph$ncases + esoph$ncontrols; tobacco <- as.integer(esoph$tobgp)
minus <- function(th) {
  mu <- plogis(th[tobacco]); rho <- plogis(th[5]); a <- mu * (1 - rho) / rho; b <- (1 - mu) * (1 - rho) / rho
  -sum(lchoose(all_of, cases_of) + lbeta(cases_of + a, all_of - cases_of + b) - lbeta(a, b))
}
th <- c(qlogis(tapply(cases_of, tobacco, sum) / tapply(all_of, tobacco, sum)), -2)
for (i in 1:20) th <- optim(th, minus, method = "BFGS", control = list(reltol = 1e-16, maxit = 5000))$par
th <- optim(th, minus, control = list(reltol = 1e-16, maxit = 20000))$par
mu <- plogis(th[1:4])
add("esoph_tobacco", list(count = cases_of, nobs = all_of, group = tobacco), list(proportion_ratio = unname(mu[-1] / mu[1]), correlation = plogis(unname(th[5])), minus = minus(th)))

# Pooling: the trials of the BCG vaccine in metafor.
effects <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
pooled <- rma(yi, vi, data = effects, method = "PM", test = "knha", control = list(tol = 1e-12))
add("bcg", list(estimates = as.numeric(effects$yi), standard_errors = sqrt(as.numeric(effects$vi))), list(
  estimate = unname(pooled$b[1]), standard_error = pooled$se, tau = sqrt(pooled$tau2), pvalue = pooled$pval, interval = c(pooled$ci.lb, pooled$ci.ub)
))

software <- paste(R.version.string, paste(sapply(c("survival", "coin", "exactRankTests", "MASS", "multcomp", "metafor"),
  function(p) paste(p, packageVersion(p))), collapse = ", "), sep = "; ")
cat('{\n"software": "', software, '",\n"cases": {\n', paste0('"', names(cases), '": ', vapply(cases, json, ""), collapse = ",\n"), "\n}\n}\n", sep = "")
