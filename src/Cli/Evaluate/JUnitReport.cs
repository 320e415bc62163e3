using System.Globalization;
using System.Xml.Linq;

namespace Rerank.Cli.Evaluate;

/// <summary>Gates as tests, in the XML that CI systems read.</summary>
internal static class JUnitReport
{
    private const string Suite = "rerank evaluate";

    public static string Of(EvaluationOutcome outcome)
    {
        var suite = new XElement(
            "testsuite",
            new XAttribute("name", Suite),
            new XAttribute("tests", outcome.Gates.Count.ToString(CultureInfo.InvariantCulture)),
            new XAttribute("failures", outcome.Gates.Count(g => !g.Holds).ToString(CultureInfo.InvariantCulture)),
            outcome.Gates.Select(Case));
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{new XElement("testsuites", suite)}\n";
    }

    private static XElement Case(GateResult gate)
    {
        var test = new XElement("testcase", new XAttribute("classname", Suite), new XAttribute("name", gate.Name));
        if (!gate.Holds)
            test.Add(new XElement("failure", new XAttribute("message", gate.Why)));
        return test;
    }
}
