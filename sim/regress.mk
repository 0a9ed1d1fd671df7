.PHONY : regress N
    ? = 2000 SEED ? = 1 regress : configure##N random commands a shape on functional and RTL,
    all memory compared(N = 2000 SEED = 1) $(call build_targets, tetralog) @$(BUILD) / sim
        / tetralog regress-- commands $(N)-- seed $(SEED) $(REGRESS)-- json $(BUILD) / report
        / regress.json
