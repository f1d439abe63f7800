æ
Runtime.ExitError=RequestId: r Error: Runtime exited with error: signal: killedRuntime.ExitError(0÷ÿÿÿÿÿÿÿÿ:r
p{"errorType":"Runtime.ExitError","errorMessage":"RequestId: r Error: Runtime exited with error: signal: killed"}