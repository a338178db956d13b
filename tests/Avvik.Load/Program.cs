using Avvik.Load;

if (args is ["floor-stage", var number, var folder, var broker, var queues, var port])
{
    await FloorStage.RunAsync(int.Parse(number, null), folder, broker, queues, int.Parse(port, null));
    return 0;
}
try
{
    if (args is ["worklist", var corpus, var cases, var json]) await WorklistBench.RunAsync(corpus, int.Parse(cases, null), json == "yes");
    else await Bench.RunAsync(BenchOptions.Read(args));
    return 0;
}
catch (BenchException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
