# Tests of rtl/.
