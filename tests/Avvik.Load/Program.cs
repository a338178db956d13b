using Avvik.Load;

if (args is ["floor-stage", var number, var folder, var broker, var queues, var port])
{
    await FloorStage.RunAsync(int.Parse(number, null), folder, broker, queues, int.Parse(port, null));
    return 0;
}
try
{
    switch (args)
    {
        case ["worklist", var corpus, var cases, var json]: await WorklistBench.RunAsync(corpus, int.Parse(cases, null), json == "yes"); break;
        case ["statistics", var program, var data, var listenOn, var count]: await StatisticsBench.RunAsync(program, data, int.Parse(listenOn, null), int.Parse(count, null)); break;
        default: await Bench.RunAsync(BenchOptions.Read(args)); break;
    }
    return 0;
}
catch (BenchException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
