# Analysis of covariance of the patients in MASS::anorexia: weights after a treatment, adjusted for those before it, each
# group with its own variance (MINQUE of squared residuals, Satterthwaite's degrees of freedom).
suppressMessages(library(MASS))
show <- function(name, x) cat(name, "<-", paste(sprintf("%.9g", x), collapse = ", "), "\n")
adjusted <- function(y, before, g, name) {
  fit <- lm(y ~ g + before)
  X <- model.matrix(fit)
  P <- solve(crossprod(X)) %*% t(X)
  M <- diag(length(y)) - X %*% P
  member <- sapply(levels(g), function(one) as.numeric(g == one))
  E <- t(member) %*% M^2 %*% member
  s2 <- solve(E, t(member) %*% residuals(fit)^2)
  stopifnot(all(s2 > 0))
  a <- P[2, ]
  v <- sum(a^2 * (member %*% s2))
  w <- solve(E, t(member) %*% a^2)
  Q <- M %*% diag(as.vector(member %*% w)) %*% M %*% diag(as.vector(member %*% s2))
  df <- 2 * v^2 / (2 * sum(diag(Q %*% Q)))
  est <- coef(fit)[2]
  show(paste(name, "estimate, t, df, p, limits"), c(est, est / sqrt(v), df, 2 * pt(-abs(est / sqrt(v)), df), est + c(-1, 1) * qt(.975, df) * sqrt(v)))
  show(paste(name, "one variance: p, limits"), c(summary(fit)$coefficients[2, 4], confint(fit)[2, ]))
  change <- t.test(y[g == levels(g)[2]] - before[g == levels(g)[2]], y[g == levels(g)[1]] - before[g == levels(g)[1]])
  show(paste(name, "change: p, limits"), c(change$p.value, change$conf.int))
}
two <- droplevels(subset(anorexia, Treat %in% c("Cont", "FT")))
two$Treat <- relevel(two$Treat, "Cont")
with(two, adjusted(Postwt, Prewt, Treat, "linear"))
with(two, adjusted(log(Postwt), log(Prewt), Treat, "log"))
cat("FT after", with(subset(two, Treat == "FT"), Postwt), "\nFT before", with(subset(two, Treat == "FT"), Prewt), "\n")
cat("Cont after", with(subset(two, Treat == "Cont"), Postwt), "\nCont before", with(subset(two, Treat == "Cont"), Prewt), "\n")
